with tickets as (
    select
        *,
        {{ month_of(reporting_date('created_at')) }} as month_start
    from {{ ref('fct_tickets') }}
),

-- Before the first ticket nothing is known; from its month on a customer without tickets has none.
known_months as (
    select
        customer_months.customer_id,
        customer_months.month_start
    from {{ ref('fct_customer_months') }} as customer_months
    where customer_months.month_start >= (select min(tickets.month_start) from tickets)
),

measured as (
    select
        known_months.customer_id,
        known_months.month_start as period_start,
        known_months.month_start as segment_month,
        'all' as breakdown,
        count(tickets.ticket_id) as numerator,
        cast(null as decimal(28, 6)) as denominator,
        1 as units,
        0 as n_pending,
        max(usage_months.active_users) as monthly_active_users
    from known_months
    left join tickets
        on
            known_months.customer_id = tickets.customer_id
            and known_months.month_start = tickets.month_start
    left join {{ ref('fct_customer_usage_months') }} as usage_months
        on
            known_months.customer_id = usage_months.customer_id
            and known_months.month_start = usage_months.month_start
    group by known_months.customer_id, known_months.month_start
    union all
    select
        tickets.customer_id,
        tickets.month_start as period_start,
        tickets.month_start as segment_month,
        tickets.channel as breakdown,
        count(*) as numerator,
        cast(null as decimal(28, 6)) as denominator,
        1 as units,
        0 as n_pending,
        cast(null as bigint) as monthly_active_users
    from tickets
    inner join known_months
        on
            tickets.customer_id = known_months.customer_id
            and tickets.month_start = known_months.month_start
    group by tickets.customer_id, tickets.month_start, tickets.channel
),

{{ kpi_rows('ticket_volume', value='sum(numerator)', counts=['monthly_active_users']) }}

select * from kpi_rows
