{% set further = [
    'gap_days', 'cadence_days', 'proactive_touchpoints', 'initiated_touchpoints',
    'well_rated_touchpoints', 'rated_touchpoints', 'no_shows', 'active_customers',
    'customers_with_qbr',
] -%}
with customer_months as (select * from {{ ref('fct_touch_coverage') }}),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        touchpoints as numerator,
        cast(null as bigint) as denominator,
        {{ further | join(',\n        ') }},
        1 as units,
        0 as n_pending
    from customer_months
    {% for part in ('touchpoint_type', 'purpose') -%}
    union all
    select
        touchpoints.customer_id,
        touchpoints.month_start as period_start,
        touchpoints.month_start as segment_month,
        '{{ part | replace("touchpoint_", "") }}: ' || touchpoints.{{ part }} as breakdown,
        count(*) as numerator,
        cast(null as bigint) as denominator,
        {% for name in further -%}
        cast(null as bigint) as {{ name }},
        {% endfor -%}
        1 as units,
        0 as n_pending
    from {{ ref('fct_touchpoints') }} as touchpoints
    inner join customer_months
        on
            touchpoints.customer_id = customer_months.customer_id
            and touchpoints.month_start = customer_months.month_start
    where touchpoints.is_counted and touchpoints.{{ part }} is not null
    group by touchpoints.customer_id, touchpoints.month_start, touchpoints.{{ part }}
    {% endfor -%}
),

{% set coverage = 'cast(1.0 * sum({}) / nullif(sum({}), 0) as double precision)' -%}
{{ kpi_rows(
    'customer_touchpoints',
    value='sum(numerator)',
    counts=further,
    ratios={
        'proactive_share': ('proactive_touchpoints', 'initiated_touchpoints'),
        'value_add_rate': ('well_rated_touchpoints', 'rated_touchpoints'),
    },
    extras={
        'gap_ratio': percentile('1.0 * gap_days / cadence_days'),
        'qbr_coverage': coverage.format('coalesce(customers_with_qbr, 0)', 'active_customers'),
    }
) }}

select * from kpi_rows
