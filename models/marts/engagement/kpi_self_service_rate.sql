with needs as (select * from {{ ref('fct_help_needs') }}),

firsts as (
    select
        min(case when need_type = 'help' then needed_on end) as first_help_on,
        min(case when need_type = 'ticket' then needed_on end) as first_ticket_on
    from needs
),

-- A need counts once three whole days have passed after it (R10), a trial's in nothing.
known_needs as (
    select
        needs.customer_id,
        months.month_start,
        case needs.need_type when 'help' then 1 else 0 end as is_self_served,
        {{ add_days('needs.needed_on', 4) }} <= months.as_of as is_due
    from needs
    inner join {{ ref('dim_months') }} as months
        on
            needs.needed_on >= months.month_start
            and needs.needed_on < months.next_month_start
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            needs.customer_id = customer_months.customer_id
            and months.month_start = customer_months.month_start
            and needs.needed_on >= customer_months.started_on
    inner join firsts
        on
            months.next_month_start > firsts.first_help_on
            and months.next_month_start > firsts.first_ticket_on
    where not needs.is_followed_by_ticket
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        sum(case when is_due then is_self_served else 0 end) as numerator,
        sum(case when is_due then 1 else 0 end) as denominator,
        sum(case when is_due then 1 else 0 end) as units,
        sum(case when is_due then 0 else 1 end) as n_pending
    from known_needs
    group by customer_id, month_start
),

{{ kpi_rows('self_service_rate') }}

select * from kpi_rows
