with plays as (
    select
        kpi_id,
        count(*) as plays
    from {{ ref('judged_plays') }}
    where
        is_due and not is_cancelled and closed_month_start > (
            select {{ add_months('max(months.month_start)', -12) }}
            from {{ ref('dim_months') }} as months
        )
    group by kpi_id
),

treated as (
    select
        kpi_id,
        count(distinct customer_id) as treated_customers
    from {{ ref('play_comparisons') }}
    where is_treated = 1
    group by kpi_id
)

select
    plays.kpi_id,
    plays.plays,
    coalesce(treated.treated_customers, 0) as treated_customers
from plays
left join treated on plays.kpi_id = treated.kpi_id
