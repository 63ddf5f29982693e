with adoptions as (select * from {{ ref('fct_feature_adoptions') }}),

clocks as (
    {% for breakdown in ["'all'", 'feature_id'] -%}
    select
        customer_id,
        {{ month_of('clock_started_on') }} as segment_month,
        {{ breakdown }} as breakdown,
        clock_started_on,
        adopted_on as reached_on
    from adoptions
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{{ kpi_days_to_event() }},

{{ kpi_rows('time_to_adoption', **days_to_event('adopted')) }}

select * from kpi_rows
