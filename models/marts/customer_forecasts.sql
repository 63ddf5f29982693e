{%- set is_told = 'reasons.place = %s and reasons.words is not null and reasons.points <> 0' -%}
-- Those reasons come first that move the forecast most, either way.
with reasons as (
    select
        *,
        row_number() over (
            partition by customer_id, target, horizon_days
            order by case when words is null then -1 else abs(points) end desc, feature
        ) as place
    from {{ ref('forecast_points') }}
),

rates as (
    select
        target,
        horizon_days,
        avg(case has_happened when true then 1.0 when false then 0.0 end) as base_rate
    from {{ ref('forecast_outcomes') }}
    group by target, horizon_days
)

select
    reasons.customer_id,
    reasons.month_start,
    reasons.target,
    reasons.horizon_days,
    cast(1 / (1 + exp(-sum(reasons.points))) as decimal(28, 6)) as probability,
    cast(max(rates.base_rate) as decimal(28, 6)) as base_rate,
    {% for place in (1, 2, 3) -%}
    max(case when {{ is_told % place }} then reasons.words end) as reason_{{ place }},
    cast(max(case when {{ is_told % place }} then reasons.points end) as decimal(28, 6))
        as reason_{{ place }}_points,
    {% endfor -%}
    max(reasons.trained_on) as trained_on,
    max(reasons.trained_as_of) as trained_as_of
from reasons
left join rates on reasons.target = rates.target and reasons.horizon_days = rates.horizon_days
group by reasons.customer_id, reasons.month_start, reasons.target, reasons.horizon_days
