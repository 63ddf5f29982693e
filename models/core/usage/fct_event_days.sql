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

with {{ deliveries_to_fold() }},

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
