with contributions as (

    select * from {{ ref('health_contributions') }}

),

overrides as (

    select * from {{ ref('fct_health_override_months') }}

),

components as (

    select
        customer_id,
        month_start,
        measure_set,
        component,
        sum(weight) as weight,
        sum(counted_weight) as counted_weight,
        cast(sum(counted_weight * score) / sum(counted_weight) as decimal(28, 6)) as score,
        sum(contribution) as points
    from contributions
    group by customer_id, month_start, measure_set, component

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, month_start
            order by coalesce(score, 101) asc, weight desc, component asc
        ) as place
    from components

),

covered as (

    select
        customer_id,
        month_start,
        measure_set,
        cast(coalesce(sum(counted_weight), 0) / sum(weight) as decimal(28, 6)) as coverage,
        cast(sum(counted_weight * score) / sum(counted_weight) as decimal(28, 6)) as known_score,
        max(case when place = 1 and score is not null then component end) as worst_component
        {%- for component in health_components() %},
        max(case when component = '{{ component }}' then score end) as {{ component }}_score,
        max(case when component = '{{ component }}' then points end) as {{ component }}_points
        {%- endfor %}
    from ranked
    group by customer_id, month_start, measure_set

),

scored as (

    select
        *,
        case when coverage >= 0.6 then known_score end as score,
        case
            when coverage < 0.6 then 'unknown'
            when known_score >= {{ kpi_bound('customer_health_score', 'good_at') }} then 'good'
            when known_score < {{ kpi_bound('customer_health_score', 'bad_at') }} then 'bad'
            else 'watch'
        end as band
    from covered

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
    on
        scored.customer_id = overrides.customer_id
        and scored.month_start = overrides.month_start
