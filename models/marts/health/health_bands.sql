with bounds as (
    select * from {{ ref('kpi_bounds') }}
    where kpi_id = 'customer_health_score'
),

last_month as (select max(period_start) as month_start from bounds),

known as (
    select
        customer_id,
        period_grain,
        period_start,
        measure_set,
        cast(sum(counted_weight) / sum(weight) as decimal(28, 6)) as coverage,
        cast(sum(counted_weight * score) / nullif(sum(counted_weight), 0) as decimal(28, 6))
            as known_score,
        max(case when badness_rank = 1 then component end) as worst_component
    from {{ ref('health_components') }}
    group by customer_id, period_grain, period_start, measure_set
)

-- Too little is known where the known components weigh less than .6 of all. A day of a month that
-- is not complete is judged by the bounds of the last one that is.
select
    known.customer_id,
    known.period_grain,
    known.period_start,
    known.measure_set,
    known.coverage,
    known.known_score,
    known.worst_component,
    case when known.coverage >= 0.6 then known.known_score end as score,
    case
        when known.coverage < 0.6 then 'unknown'
        when known.known_score >= coalesce(own_bounds.good_at, bounds.good_at) then 'good'
        when known.known_score < coalesce(own_bounds.bad_at, bounds.bad_at) then 'bad'
        else 'watch'
    end as band
from known
cross join last_month
inner join bounds
    on
        least({{ month_of('known.period_start') }}, last_month.month_start) = bounds.period_start
        and bounds.segment_type = '(any)'
left join bounds as own_bounds
    on
        bounds.period_start = own_bounds.period_start
        and own_bounds.segment_type = 'customer'
        and known.customer_id = own_bounds.segment
