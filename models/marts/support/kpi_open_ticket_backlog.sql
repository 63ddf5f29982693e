with tickets as (select * from {{ ref('fct_tickets') }}),

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

open_spells as (
    select
        tickets.*,
        spells.opened_at,
        spells.solved_at
    from {{ ref('fct_ticket_spells') }} as spells
    inner join tickets
        on spells.source_system = tickets.source_system and spells.ticket_id = tickets.ticket_id
),

-- Stock at E (R1): pending counts as open, and so does what was reopened.
measured as (
    select
        known_months.customer_id,
        known_months.month_start as period_start,
        known_months.month_start as segment_month,
        'all' as breakdown,
        case when spells.ticket_id is null then 0 else 1 end as numerator,
        cast(null as decimal(28, 6)) as denominator,
        0 as n_pending,
        spells.priority_level,
        {{ dbt.datediff('spells.created_at', 'known_months.ends_at', 'second') }}
            as age_seconds,
        case when spells.escalated_at < known_months.ends_at then 1 else 0 end as open_escalations
    from known_months
    left join open_spells as spells
        on
            known_months.customer_id = spells.customer_id
            and spells.opened_at < known_months.ends_at
            and (spells.solved_at is null or spells.solved_at >= known_months.ends_at)
),

{% set p1_age = "case when priority_level = 'P1' then age_seconds else 0 end" -%}
{{ kpi_rows(
    'open_ticket_backlog',
    value='sum(numerator)',
    sample_size='count(distinct measured.customer_id)',
    counts=['open_escalations'],
    extras={
        'median_age_days': 'cast(' ~ percentile('age_seconds') ~ ' / 86400.0 as double precision)',
        'tickets_over_7_days': 'count(case when age_seconds > 7 * 86400 then 1 end)',
        'oldest_p1_days': 'cast(max(' ~ p1_age ~ ') / 86400.0 as double precision)',
    }
) }}

select * from kpi_rows
