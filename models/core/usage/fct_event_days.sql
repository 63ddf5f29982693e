{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='event_date',
    on_schema_change='fail',
    pre_hook="{% if is_incremental() %}delete from {{ this }} where event_date not in (select event_date from {{ ref('event_days') }}){% endif %}"
) }}

with events as (

    select * from {{ ref('union_product_events') }}

),

stale_days as (

    select *
    from {{ ref('event_days') }} as event_days
    {%- if is_incremental() %}
    where not exists (
        select 1
        from {{ this }} as folded
        where
            folded.event_date = event_days.event_date
            and folded.day_raw_rows = event_days.raw_rows
            and folded.day_newest_loaded_at is not distinct from event_days.newest_loaded_at
            and folded.reporting_tz = '{{ var("reporting_tz") }}'
    )
    {%- endif %}

),

folded as (

    select
        stale_days.event_date,
        events.source_system,
        events.source_customer_id,
        events.user_id,
        events.event_name,
        events.feature_id,
        events.is_value_event,
        events.client,
        count(*) as raw_rows,
        count(distinct events.event_id) as events,
        min(events.occurred_at) as first_occurred_at,
        max(events.occurred_at) as last_occurred_at,
        stale_days.raw_rows as day_raw_rows,
        stale_days.newest_loaded_at as day_newest_loaded_at,
        '{{ var("reporting_tz") }}' as reporting_tz
    from events
    inner join stale_days on {{ reporting_date('events.occurred_at') }} = stale_days.event_date
    group by
        stale_days.event_date,
        events.source_system,
        events.source_customer_id,
        events.user_id,
        events.event_name,
        events.feature_id,
        events.is_value_event,
        events.client,
        stale_days.raw_rows,
        stale_days.newest_loaded_at

)

select * from folded
