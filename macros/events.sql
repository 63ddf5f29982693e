{% macro is_folded_from(folded, census) %}
    {#- Whether a row of fct_event_days was folded from the day as it now is in event_days. A day without a load time could change unseen:
        it never is. -#}
    {{ folded }}.source_system = {{ census }}.source_system
    and {{ folded }}.event_date = {{ census }}.event_date
    and {{ folded }}.day_raw_rows = {{ census }}.raw_rows
    and {{ folded }}.day_newest_loaded_at = {{ census }}.newest_loaded_at
    and {{ folded }}.reporting_tz = '{{ var("reporting_tz") }}'
{%- endmacro %}


{% macro drop_stale_days() %}
    {#- Pre-hook of fct_event_days: takes out the days that changed or that the files of a source no longer hold. By the census, a row a
        day; dbt's delete+insert would compare every old row of a day with every new one. -#}
    delete from {{ this }}
    where not exists (
        select 1 from {{ ref('event_days') }} as census
        where {{ is_folded_from(this, 'census') }}
    )
{% endmacro %}


{% macro is_summed_from(summed, census) %}
    {#- Whether a row was summed from its month as it now is in event_months. -#}
    {{ month_of(summed ~ '.event_date') }} = {{ census }}.month_start
    and {{ summed }}.month_fingerprint = {{ census }}.fingerprint
{%- endmacro %}


{% macro drop_stale_months() %}
    {#- Pre-hook of what is summed by month: takes out the months whose events are now others, or mean something else. -#}
    delete from {{ this }}
    where not exists (
        select 1 from {{ ref('event_months') }} as census
        where {{ is_summed_from(this, 'census') }}
    )
{% endmacro %}
