{% macro is_folded_from(folded, census) %}
    {#- Whether a row of fct_event_days or fct_event_sessions was folded from the day as it now is in event_days. A day without a load
        time could change unseen: it never is. -#}
    {{ folded }}.source_system = {{ census }}.source_system
    and {{ folded }}.event_date = {{ census }}.event_date
    and {{ folded }}.day_raw_rows = {{ census }}.raw_rows
    and {{ folded }}.day_newest_loaded_at = {{ census }}.newest_loaded_at
    and {{ folded }}.reporting_tz = '{{ var("reporting_tz") }}'
{%- endmacro %}


{% macro drop_stale_days() %}
    {#- Pre-hook of what is folded by day: takes out the days that changed or that the files of a source no longer hold. By the census, a row a
        day; dbt's delete+insert would compare every old row of a day with every new one. -#}
    delete from {{ this }}
    where not exists (
        select 1 from {{ ref('event_days') }} as census
        where {{ is_folded_from(this, 'census') }}
    )
{% endmacro %}


{% macro deliveries_to_fold() %}
    {#- The CTEs that begin what is folded by day: deliveries with their event_date, in an incremental run those of stale days alone. The
        result is the CTE `deliveries`. -#}
    {% if is_incremental() -%}
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

    )
    {%- else -%}
    deliveries as (

        select
            *,
            {{ reporting_date('occurred_at') }} as event_date
        from {{ ref('union_product_events') }}

    )
    {%- endif %}
{%- endmacro %}


{% macro session_goes_on_until(timestamp) %}
    {#- The last moment at which the next event is still one of the same session: 30 minutes after the last one. -#}
    {{ dbt.dateadd('minute', 30, timestamp) }}
{%- endmacro %}


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
