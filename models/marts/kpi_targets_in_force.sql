with ranked as (
    select
        targets.*,
        months.month_start as period_start,
        row_number() over (
            partition by months.month_start, targets.kpi_id, targets.segment_type, targets.segment
            order by targets.valid_from desc
        ) as recency
    from {{ ref('kpi_targets') }} as targets
    inner join {{ ref('dim_months') }} as months on targets.valid_from < months.next_month_start
)

select
    kpi_id,
    period_start,
    segment_type,
    segment,
    cast(good_at as double precision) as good_at,
    cast(bad_at as double precision) as bad_at,
    cast(target_value as double precision) as target_value
from ranked
where recency = 1
