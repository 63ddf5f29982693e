with pairs as (
    select
        *,
        max(used_days) over (
            partition by customer_id, feature_id
            order by month_start
            rows between unbounded preceding and current row
        ) > 0 as is_ever_used
    from {{ ref('fct_feature_months') }}
    where is_core
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        count(case when used_days > 0 then 1 end) as numerator,
        count(*) as denominator,
        1 as units,
        0 as n_pending,
        count(case when is_ever_used then 1 end) as ever_used_pairs
    from pairs
    group by customer_id, month_start
),

{{ kpi_rows(
    'feature_breadth',
    counts=['ever_used_pairs'],
    ratios={'ever_used_share': ('ever_used_pairs', 'denominator')}
) }}

select * from kpi_rows
