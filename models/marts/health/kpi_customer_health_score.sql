{%- set components = [
    'engagement', 'breadth', 'support', 'voice', 'relationship', 'activation', 'milestones', 'contact',
] -%}
with components as (
    select
        {% for name in components -%}
        max(case when component = '{{ name }}' then score end) as {{ name }}_score,
        max(case when component = '{{ name }}' then contribution end) as {{ name }}_points,
        {% endfor -%}
        customer_id,
        month_start
    from {{ ref('health_components') }}
    group by customer_id, month_start
),

-- A customer weighs what it pays; one that has no score weighs nothing.
measured as (
    select
        scores.*,
        {%- for name in components %}
        components.{{ name }}_score,
        components.{{ name }}_points,
        {%- endfor %}
        scores.month_start as period_start,
        scores.month_start as segment_month,
        'all' as breakdown,
        customer_months.mrr_amount,
        customer_months.mrr_amount * scores.score as numerator,
        case when scores.score is not null then customer_months.mrr_amount end as denominator,
        case when scores.score is not null then 1 else 0 end as units,
        0 as n_pending
    from {{ ref('health_scores') }} as scores
    inner join components
        on
            scores.customer_id = components.customer_id
            and scores.month_start = components.month_start
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            scores.customer_id = customer_months.customer_id
            and scores.month_start = customer_months.month_start
),

{#- Six decimals, as scores have, so that one of exactly 75 stays that. -#}
{% set weighed = 'cast(cast(sum({0}) / nullif(sum({1}), 0) as decimal(28, 6))'
    ' as double precision)' -%}
{% set of_customer = "case when segments.segment_type = 'customer' then max({}) end" -%}
{% set counted = 'cast(count(case when {} then 1 end) as bigint)' -%}
{% set extras = {
    'mean_score': 'cast(sum(score) as double precision) / count(score)',
    'active_customers': 'cast(count(*) as bigint)',
    'unknown_customers': counted.format("band = 'unknown'"),
    'bad_customers': counted.format("band = 'bad'"),
    'bad_share': "cast(count(case when band = 'bad' then 1 end) as double precision)"
        ' / nullif(count(score), 0)',
    'is_unknown': 'count(score) = 0',
    'coverage': 'cast(cast(avg(coverage) as decimal(28, 6)) as double precision)',
    'measure_set': of_customer.format('measure_set'),
    'worst_component': of_customer.format('worst_component'),
    'override_score': of_customer.format('override_score'),
    'previous_score': of_customer.format('previous_score'),
    'dropped_customers': counted.format('is_sharp_drop'),
    'fallen_customers': counted.format('is_band_fall'),
} -%}
{% for name in components -%}
{% set score, points = name ~ '_score', name ~ '_points' -%}
{% do extras.update({
    score: weighed.format('mrr_amount * ' ~ score, 'case when ' ~ score ~ ' is not null then mrr_amount end'),
    points: weighed.format('denominator * ' ~ points, 'denominator'),
}) -%}
{% endfor -%}
{{ kpi_rows(
    'customer_health_score', value=weighed.format('numerator', 'denominator'), extras=extras
) }}

select * from kpi_rows
