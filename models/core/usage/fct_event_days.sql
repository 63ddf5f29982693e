{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ drop_stale_days() if is_incremental() }}"
) }}

{% set folded_by -%}
    source_system, event_date, source_customer_id, user_id, event_name, feature_id, is_value_event,
    client
{%- endset -%}

with {% if is_incremental() -%}
stale_days as (

    select
        census.source_system,
        census.event_date
    from {{ ref('event_days') }} as census
    where
        not exists (
            select 1
            from {{ this }} as folded
            where {{ is_folded_from('folded', 'census') }}
        )

),

-- The span follows from the days; it lets the engine leave out files that hold no stale day.
stale_span as (

    select
        {{ utc_start_of('min(event_date)') }} as starts_at,
        {{ utc_start_of(add_days('max(event_date)', 1)) }} as ends_at
    from stale_days

),

deliveries as (

    select
        events.*,
        stale_days.event_date
    from {{ ref('union_product_events') }} as events
    inner join stale_span
        on events.occurred_at >= stale_span.starts_at and events.occurred_at < stale_span.ends_at
    inner join stale_days
        on
            events.source_system = stale_days.source_system
            and {{ reporting_date('events.occurred_at') }} = stale_days.event_date

),
{%- else -%}
deliveries as (

    select
        *,
        {{ reporting_date('occurred_at') }} as event_date
    from {{ ref('union_product_events') }}

),
{%- endif %}

events as (

    select
        {{ folded_by }},
        event_id,
        count(*) as raw_rows
    from deliveries
    group by {{ folded_by }}, event_id

),

folded as (

    select
        {{ folded_by }},
        cast(sum(raw_rows) as bigint) as raw_rows,
        count(*) as events
    from events
    group by {{ folded_by }}

)

select
    folded.*,
    census.raw_rows as day_raw_rows,
    census.newest_loaded_at as day_newest_loaded_at,
    '{{ var("reporting_tz") }}' as reporting_tz
from folded
inner join {{ ref('event_days') }} as census
    on folded.source_system = census.source_system and folded.event_date = census.event_date
