{% set further = [
    'gap_days', 'cadence_days', 'proactive_touchpoints', 'initiated_touchpoints',
    'well_rated_touchpoints', 'rated_touchpoints', 'no_shows', 'active_customers',
    'customers_with_qbr',
] -%}
with touchpoints as (
    select * from {{ ref('fct_touchpoints') }}
    where is_counted
),

-- A gap is asked of active customers.
customer_months as (
    select
        touchpoint_months.*,
        case when spine.is_active then 1 end as active_customers,
        case when spine.is_active and touchpoint_months.has_recent_qbr then 1 end
            as customers_with_qbr,
        case
            when spine.is_active and touchpoint_months.gap_days is not null
                then cadences.cadence_days
        end as cadence_days
    from {{ ref('fct_touchpoint_months') }} as touchpoint_months
    inner join {{ ref('fct_customer_months') }} as spine
        on
            touchpoint_months.customer_id = spine.customer_id
            and touchpoint_months.month_start = spine.month_start
    left join {{ ref('fct_touch_cadences') }} as cadences
        on
            touchpoint_months.customer_id = cadences.customer_id
            and touchpoint_months.month_start = cadences.month_start
    where touchpoint_months.month_start >= (select min(touchpoints.month_start) from touchpoints)
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        touchpoints as numerator,
        cast(null as bigint) as denominator,
        case when cadence_days is not null then gap_days end as {{ further | join(',\n        ') }},
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
    from touchpoints
    inner join customer_months
        on
            touchpoints.customer_id = customer_months.customer_id
            and touchpoints.month_start = customer_months.month_start
    where touchpoints.{{ part }} is not null
    group by touchpoints.customer_id, touchpoints.month_start, touchpoints.{{ part }}

    {% endfor -%}
),

{% set extras = {'gap_ratio': percentile('1.0 * gap_days / cadence_days')} -%}
{% for name in further -%}
{% do extras.update({name: 'cast(sum(' ~ name ~ ') as bigint)'}) -%}
{% endfor -%}
{% for share, (part, whole) in {
    'proactive_share': ('proactive_touchpoints', 'initiated_touchpoints'),
    'value_add_rate': ('well_rated_touchpoints', 'rated_touchpoints'),
    'qbr_coverage': ('coalesce(customers_with_qbr, 0)', 'active_customers'),
}.items() -%}
{% do extras.update({
    share: 'cast(1.0 * sum(' ~ part ~ ') / nullif(sum(' ~ whole ~ '), 0) as double precision)',
}) -%}
{% endfor -%}
{{ kpi_rows('customer_touchpoints', value='sum(numerator)', extras=extras) }}

select * from kpi_rows
