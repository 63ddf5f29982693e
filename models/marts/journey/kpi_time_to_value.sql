with starts as (select * from {{ ref('dim_customer_starts') }}),

milestones as (
    select
        *,
        case
            when
                achieved_on
                < (select max(months.next_month_start) from {{ ref('dim_months') }} as months)
                then achieved_on
        end as known_on
    from {{ ref('fct_milestones') }}
    where not is_cancelled
),

firsts as (
    select
        customer_id,
        min(case when is_go_live then known_on end) as live_on,
        min(case when is_value then known_on end) as value_on,
        max(case when is_value then 1 else 0 end) as has_value_milestone
    from milestones
    group by customer_id
),

-- A clock that starts before the customer's first month has that month's segment.
clocks as (
    select
        starts.customer_id,
        {{ month_of('greatest(starts.clock_started_on, starts.started_on)') }} as segment_month,
        'all' as breakdown,
        starts.clock_started_on,
        firsts.value_on as reached_on,
        firsts.live_on,
        {{ days_from('starts.clock_started_on', 'firsts.live_on') }} as days_to_go_live,
        {{ days_from('firsts.live_on', 'firsts.value_on') }} as days_from_go_live,
        coalesce(firsts.has_value_milestone, 0) as has_value_milestone
    from starts
    left join firsts on starts.customer_id = firsts.customer_id
),

{{ kpi_days_to_event() }},

{{ kpi_rows('time_to_value', **days_to_event('reached', {
    'median_days_to_go_live': median_days_reached('days_to_go_live'),
    'median_days_from_go_live': median_days_reached('days_from_go_live', among='live_on is not null'),
    'live_customers': 'count(live_on)',
    'customers_without_value_milestone': 'cast(sum(1 - has_value_milestone) as bigint)',
})) }}

select * from kpi_rows
