with components as (select * from {{ ref('health_components') }}),

bounds as (
    select * from {{ ref('kpi_bounds') }}
    where kpi_id = 'customer_health_score'
),

overrides as (select * from {{ ref('fct_health_override_months') }}),

known as (
    select
        customer_id,
        month_start,
        measure_set,
        cast(sum(counted_weight) / sum(weight) as decimal(28, 6)) as coverage,
        cast(sum(counted_weight * score) / nullif(sum(counted_weight), 0) as decimal(28, 6))
            as known_score,
        max(case when badness_rank = 1 then component end) as worst_component
    from components
    group by customer_id, month_start, measure_set
),

-- Too little is known where the known components weigh less than .6 of all.
scored as (
    select
        known.*,
        case when known.coverage >= 0.6 then known.known_score end as score,
        case
            when known.coverage < 0.6 then 'unknown'
            when known.known_score >= coalesce(own_bounds.good_at, bounds.good_at) then 'good'
            when known.known_score < coalesce(own_bounds.bad_at, bounds.bad_at) then 'bad'
            else 'watch'
        end as band
    from known
    inner join bounds
        on known.month_start = bounds.period_start and bounds.segment_type = '(any)'
    left join bounds as own_bounds
        on
            known.month_start = own_bounds.period_start
            and own_bounds.segment_type = 'customer'
            and known.customer_id = own_bounds.segment
)

select
    scored.*,
    before.score as previous_score,
    before.band as previous_band,
    coalesce(before.score - scored.score >= 15, false) as is_sharp_drop,
    coalesce(
        (before.band = 'good' and scored.band in ('watch', 'bad'))
        or (before.band = 'watch' and scored.band = 'bad'), false
    ) as is_band_fall,
    overrides.score as override_score
from scored
left join scored as before
    on
        scored.customer_id = before.customer_id
        and {{ add_months('scored.month_start', -1) }} = before.month_start
left join overrides
    on scored.customer_id = overrides.customer_id and scored.month_start = overrides.month_start
