{%- set components = [
    'engagement', 'breadth', 'support', 'voice', 'relationship', 'activation', 'milestones', 'contact',
] -%}
-- A customer weighs what it pays; one that has no score weighs nothing.
with measured as (
    select
        scores.*,
        {%- for name in components %}
        components.{{ name }}_score,
        components.{{ name }}_points,
        {%- endfor %}
        scores.period_start as segment_month,
        'all' as breakdown,
        customer_months.mrr_amount,
        customer_months.mrr_amount * scores.score as numerator,
        case when scores.score is not null then customer_months.mrr_amount end as denominator,
        case when scores.score is not null then 1 else 0 end as units,
        case when scores.band = 'bad' then 1 else 0 end as bad_customers,
        case when scores.band = 'unknown' then 1 else 0 end as unknown_customers,
        case when scores.is_sharp_drop then 1 else 0 end as dropped_customers,
        case when scores.is_band_fall then 1 else 0 end as fallen_customers,
        0 as n_pending
    from {{ ref('health_scores') }} as scores
    inner join {{ ref('health_component_points') }} as components
        on
            scores.customer_id = components.customer_id
            and scores.period_start = components.month_start
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            scores.customer_id = customer_months.customer_id
            and scores.period_start = customer_months.month_start
    where scores.period_grain = 'month'
),

{#- Six decimals, as scores have, so that one of exactly 75 stays that. -#}
{% set mean = 'cast(cast(sum({}) / nullif(sum({}), 0) as decimal(28, 6)) as double precision)' -%}
{% set of_customer = "case when segments.segment_type = 'customer' then max({}) end" -%}
{% set extras = {
    'mean_score': 'cast(sum(score) as double precision) / count(score)',
    'active_customers': 'cast(count(*) as bigint)',
    'is_unknown': 'count(score) = 0',
    'coverage': 'cast(cast(avg(coverage) as decimal(28, 6)) as double precision)',
} -%}
{% for name in ('measure_set', 'worst_component', 'override_score', 'previous_score') -%}
{% do extras.update({name: of_customer.format(name)}) -%}
{% endfor -%}
{% for name in components -%}
{% set score, points = name ~ '_score', name ~ '_points' -%}
{% do extras.update({
    score: mean.format('mrr_amount * ' ~ score, 'case when ' ~ score ~ ' is not null then mrr_amount end'),
    points: mean.format('denominator * ' ~ points, 'denominator'),
}) -%}
{% endfor -%}
{{ kpi_rows(
    'customer_health_score', value=mean.format('numerator', 'denominator'),
    counts=['bad_customers', 'unknown_customers', 'dropped_customers', 'fallen_customers'],
    ratios={'bad_share': ('bad_customers', 'units')}, extras=extras
) }}

select * from kpi_rows
