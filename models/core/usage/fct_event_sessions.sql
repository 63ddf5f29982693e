{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_stale_days() if is_incremental() }}"
) }}

{% set folded_by = 'source_system, event_date, source_customer_id, user_id, is_program' -%}
{% set by_time = 'partition by ' ~ folded_by ~ ' order by occurred_at' -%}

with {{ deliveries_to_fold() }},

-- A delivery that is repeated within its day is one event, at the earliest time that it has there.
events as (

    select
        source_system,
        event_date,
        source_customer_id,
        user_id,
        coalesce(client = 'api', false) as is_program,
        event_id,
        min(occurred_at) as occurred_at
    from deliveries
    group by
        source_system,
        event_date,
        source_customer_id,
        user_id,
        coalesce(client = 'api', false),
        event_id

),

neighbours as (

    select
        *,
        lag(occurred_at) over ({{ by_time }}) as previous_at,
        lead(occurred_at) over ({{ by_time }}) as next_at
    from events

),

ends as (

    select
        *,
        previous_at is null or occurred_at > {{ session_goes_on_until('previous_at') }} as is_first,
        next_at is null or next_at > {{ session_goes_on_until('occurred_at') }} as is_last
    from neighbours

),

-- After the first event of a session comes its last one.
sessions as (

    select
        *,
        case
            when is_last then occurred_at
            else lead(occurred_at) over ({{ by_time }}, is_first desc)
        end as ended_at
    from ends
    where is_first or is_last

)

select
    sessions.source_system,
    sessions.event_date,
    sessions.source_customer_id,
    sessions.user_id,
    sessions.is_program,
    sessions.occurred_at as started_at,
    sessions.ended_at,
    census.raw_rows as day_raw_rows,
    census.newest_loaded_at as day_newest_loaded_at,
    '{{ var("reporting_tz") }}' as reporting_tz
from sessions
inner join {{ ref('event_days') }} as census
    on sessions.source_system = census.source_system and sessions.event_date = census.event_date
where sessions.is_first
