{%- set of_forecast = 'customer_id, month_start, target, horizon_days' -%}
with features as (
    select * from {{ ref('forecast_features') }}
    where month_start = (select max(months.month_start) from {{ ref('dim_months') }} as months)
),

valued as (
    {% for feature, (low, high) in forecast_words().items() -%}
    select
        customer_id,
        month_start,
        '{{ feature }}' as feature,
        cast({{ feature }} as double precision) as value,
        '{{ low }}' as low_words,
        '{{ high }}' as high_words
    from features
    union all
    {% endfor -%}
    select customer_id, month_start, 'intercept', 1, null, null from features
),

-- What is not known counts as the usual, and nothing as more than three times its spread.
contributions as (
    select
        valued.customer_id,
        valued.month_start,
        weights.*,
        case when valued.value < weights.center then low_words else high_words end as words,
        weights.weight * coalesce(
            least(greatest((valued.value - weights.center) / weights.scale, -3), 3), 0
        ) as points
    from valued
    inner join {{ ref('forecast_weights') }} as weights on valued.feature = weights.feature
),

ranked as (
    select
        *,
        row_number() over (
            partition by {{ of_forecast }}
            order by case when words is not null and points <> 0 then abs(points) end desc nulls last, feature
        ) as place
    from contributions
),

rates as (
    select target, horizon_days, avg(case when has_happened then 1.0 else 0.0 end) as base_rate
    from {{ ref('forecast_outcomes') }}
    where has_happened is not null
    group by target, horizon_days
)

select
    ranked.customer_id,
    ranked.month_start,
    ranked.target,
    ranked.horizon_days,
    1 / (1 + exp(-sum(ranked.points))) as probability,
    max(rates.base_rate) as base_rate,
    {% for place in (1, 2, 3) -%}
    max(case when place = {{ place }} and points <> 0 then words end) as reason_{{ place }},
    max(case when place = {{ place }} and words is not null then points end) as reason_{{ place }}_points,
    {% endfor -%}
    max(ranked.trained_on) as trained_on,
    max(ranked.trained_as_of) as trained_as_of
from ranked
left join rates on ranked.target = rates.target and ranked.horizon_days = rates.horizon_days
group by ranked.customer_id, ranked.month_start, ranked.target, ranked.horizon_days
