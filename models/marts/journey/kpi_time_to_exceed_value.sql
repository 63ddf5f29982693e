with starts as (select * from {{ ref('dim_customer_starts') }}),

-- Where a customer could exceed its expectations, and when it did.
occasions as (
    select
        customer_id,
        case when is_exceeded then {{ reporting_date('verified_at') }} end as exceeded_on
    from {{ ref('fct_outcomes') }}
    where not is_cancelled
    union all
    select
        customer_id,
        case when score = scale_max then {{ reporting_date('responded_at') }} end as exceeded_on
    from {{ ref('fct_survey_responses') }}
    where survey_type = 'value' and exclusion_reason is null
),

firsts as (
    select
        customer_id,
        min(exceeded_on) as exceeded_on
    from occasions
    group by customer_id
),

-- A clock that starts before the customer's first month has that month's segment.
clocks as (
    select
        starts.customer_id,
        {{ month_of('greatest(starts.clock_started_on, starts.started_on)') }} as segment_month,
        'all' as breakdown,
        starts.clock_started_on,
        firsts.exceeded_on as reached_on
    from starts
    inner join firsts on starts.customer_id = firsts.customer_id
),

{{ kpi_days_to_event() }},

{{ kpi_rows('time_to_exceed_value', **days_to_event('exceeded', {
    'mean_among_exceeders': 'cast(avg(days) as double precision)',
})) }}

select * from kpi_rows
