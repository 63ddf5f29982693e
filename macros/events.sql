{% macro drop_vanished_days() %}
    {#- Pre-hook of fct_event_days: takes out the days of a source that its files no longer hold. -#}
    delete from {{ this }}
    where not exists (
        select 1 from {{ ref('event_days') }} as census
        where census.source_system = {{ this }}.source_system and census.event_date = {{ this }}.event_date
    )
{% endmacro %}
