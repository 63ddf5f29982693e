{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key=['source_system', 'event_date'],
    on_schema_change='fail',
    pre_hook="{% if is_incremental() %}delete from {{ this }} where not exists (
        select 1 from {{ ref('event_days') }} as census
        where census.source_system = {{ this }}.source_system and census.event_date = {{ this }}.event_date
    ){% endif %}"
) }}

-- A day without a load time could have changed unseen, so it never matches and is always folded again.
with stale_days as (

    select census.*
    from {{ ref('event_days') }} as census
    {%- if is_incremental() %}
    left join (select distinct source_system, event_date, day_raw_rows, day_newest_loaded_at, reporting_tz from {{ this }}) as folded
        on
            census.source_system = folded.source_system
            and census.event_date = folded.event_date
            and census.raw_rows = folded.day_raw_rows
            and census.newest_loaded_at = folded.day_newest_loaded_at
            and folded.reporting_tz = '{{ var("reporting_tz") }}'
    where folded.event_date is null
    {%- endif %}

),

-- The bounds on occurred_at are implied by the join; they let the engine leave out files that hold no stale day.
deliveries as (

    select
        events.*,
        stale_days.event_date,
        stale_days.raw_rows as day_raw_rows,
        stale_days.newest_loaded_at as day_newest_loaded_at
    from {{ ref('union_product_events') }} as events
    inner join stale_days
        on events.source_system = stale_days.source_system and {{ reporting_date('events.occurred_at') }} = stale_days.event_date
    where
        events.occurred_at >= (select {{ utc_start_of('min(event_date)') }} from stale_days)
        and events.occurred_at < (select {{ utc_start_of(add_days('max(event_date)', 1)) }} from stale_days)

),

{%- set key = [
    'event_date', 'source_system', 'source_customer_id', 'user_id', 'event_name', 'feature_id', 'is_value_event', 'client',
    'day_raw_rows', 'day_newest_loaded_at',
] | join(',\n        ') %}

events as (

    select
        {{ key }},
        event_id,
        count(*) as raw_rows,
        min(occurred_at) as first_occurred_at,
        max(occurred_at) as last_occurred_at
    from deliveries
    group by
        {{ key }},
        event_id

)

select
    {{ key }},
    cast(sum(raw_rows) as bigint) as raw_rows,
    count(*) as events,
    min(first_occurred_at) as first_occurred_at,
    max(last_occurred_at) as last_occurred_at,
    '{{ var("reporting_tz") }}' as reporting_tz
from events
group by
    {{ key }}
