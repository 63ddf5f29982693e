with customer_months as (select * from {{ ref('fct_customer_months') }}),

months as (select * from {{ ref('dim_months') }}),

-- One row per outcome and month whose trailing twelve months hold its target date; who left stays.
promised as (
    select
        outcomes.*,
        months.month_start
    from {{ ref('fct_outcomes') }} as outcomes
    inner join customer_months
        on
            outcomes.customer_id = customer_months.customer_id
            and {{ month_of('outcomes.target_date') }} = customer_months.month_start
    inner join months
        on
            outcomes.target_date >= {{ add_months('months.next_month_start', -12) }}
            and outcomes.target_date < months.next_month_start
    where not outcomes.is_cancelled
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when is_due and is_achieved then 1 else 0 end as numerator,
        case when is_due then 1 else 0 end as denominator,
        case when is_due then 1 else 0 end as units,
        case when is_due then 0 else 1 end as n_pending,
        case when is_due and is_reached then 1 else 0 end as is_reached,
        case when is_due and is_exceeded and is_achieved then 1 else 0 end as is_exceeded
    from promised
),

{{ kpi_rows(
    'verified_outcome_rate',
    extras={
        'reached_outcomes': 'cast(sum(is_reached) as bigint)',
        'exceeded_outcomes': 'cast(sum(is_exceeded) as bigint)',
    }
) }}

select * from kpi_rows
