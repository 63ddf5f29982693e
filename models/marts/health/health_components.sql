with contributions as (select * from {{ ref('health_contributions') }}),

components as (
    select
        customer_id,
        period_grain,
        period_start,
        measure_set,
        component,
        cast(sum(weight) as decimal(28, 6)) as weight,
        coalesce(cast(sum(counted_weight) as decimal(28, 6)), 0) as counted_weight,
        cast(sum(counted_weight * score) / sum(counted_weight) as decimal(28, 6)) as score,
        cast(sum(contribution) as decimal(28, 6)) as contribution
    from contributions
    group by customer_id, period_grain, period_start, measure_set, component
)

select
    *,
    case
        when score is not null
            then row_number() over (
                partition by customer_id, period_grain, period_start
                order by coalesce(score, 101) asc, weight desc, component asc
            )
    end as badness_rank
from components
