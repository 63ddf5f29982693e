with tickets as (

    select * from {{ ref('fct_tickets') }}

),

spells as (

    select * from {{ ref('fct_ticket_spells') }}

),

-- Before the first ticket nothing is known; from its month on a customer without tickets has none.
known_months as (

    select
        customer_id,
        month_start,
        {{ utc_start_of(add_months('month_start', 1)) }} as ends_at
    from {{ ref('fct_customer_months') }}
    where
        {{ add_months('month_start', 1) }}
        > (select {{ reporting_date('min(tickets.created_at)') }} from tickets)

),

-- Stock at E (R1): pending counts as open, and so does what was reopened.
open_tickets as (

    select
        known_months.customer_id,
        known_months.month_start,
        tickets.priority_level,
        case when tickets.escalated_at < known_months.ends_at then 1 else 0 end as is_escalated,
        {{ dbt.datediff('tickets.created_at', 'known_months.ends_at', 'second') }}
            as age_seconds
    from spells
    inner join tickets
        on spells.source_system = tickets.source_system and spells.ticket_id = tickets.ticket_id
    inner join known_months
        on
            tickets.customer_id = known_months.customer_id
            and spells.opened_at < known_months.ends_at
            and (spells.solved_at is null or spells.solved_at >= known_months.ends_at)

),

measured as (

    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        0 as numerator,
        cast(null as decimal(28, 6)) as denominator,
        1 as units,
        0 as n_pending,
        cast(null as bigint) as age_seconds,
        0 as p1_age_seconds,
        0 as is_escalated
    from known_months

    union all

    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        1 as numerator,
        cast(null as decimal(28, 6)) as denominator,
        0 as units,
        0 as n_pending,
        age_seconds,
        case when priority_level = 'P1' then age_seconds else 0 end as p1_age_seconds,
        is_escalated
    from open_tickets

),

{{ kpi_rows(
    'open_ticket_backlog',
    value='sum(numerator)',
    extras={
        'median_age_days': 'cast(' ~ percentile('age_seconds') ~ ' / 86400.0 as double precision)',
        'tickets_over_7_days':
            'cast(sum(case when age_seconds > 7 * 86400 then 1 else 0 end) as bigint)',
        'oldest_p1_days': 'cast(max(p1_age_seconds) / 86400.0 as double precision)',
        'open_escalations': 'cast(sum(is_escalated) as bigint)',
    }
) }}

select * from kpi_rows
