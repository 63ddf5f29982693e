{% macro reporting_date(timestamp) %}
    {#- The calendar date of a UTC timestamp in the reporting time zone (var `reporting_tz`). -#}
    {%- if var('reporting_tz') == 'UTC' -%}
        cast({{ timestamp }} as date)
    {%- else -%}
        cast({{ to_local(timestamp, "'" ~ var('reporting_tz') ~ "'") }} as date)
    {%- endif -%}
{% endmacro %}


{% macro month_of(date) %}
    {#- The first day of the date's month, as a DATE (date_trunc alone is a TIMESTAMP on some engines). -#}
    cast({{ dbt.date_trunc('month', date) }} as date)
{%- endmacro %}


{% macro add_days(date, days) %}
    {#- `date` plus `days`, as a DATE. -#}
    cast({{ dbt.dateadd('day', days, date) }} as date)
{%- endmacro %}


{% macro add_months(month_start, months) %}
    {#- The first day of the month `months` later, as a DATE; only between month starts (engines differ on month ends). -#}
    cast({{ dbt.dateadd('month', months, month_start) }} as date)
{%- endmacro %}


{% macro a_month_before(date) %}
    {#- The same day of the month before, or that month's last where it has no such day: what begins there and ends at `date` is a whole
        calendar month where `date` is the first of one. -#}
    {%- set month_start = month_of(date) -%}
    least(
        {{ add_days(add_months(month_start, -1), 'extract(day from ' ~ date ~ ') - 1') }},
        {{ add_days(month_start, -1) }}
    )
{%- endmacro %}


{% macro last_months(months, month_start='period_start') %}
    {#- The order and frame of a window: the rows of the last so many calendar months, of which some may have none. -#}
    order by {{ calendar_position(month_start) }} range between {{ months - 1 }} preceding and current row
{%- endmacro %}


{% macro utc_start_of(date) %}
    {#- The UTC instant at which a calendar date begins in the reporting time zone. -#}
    {%- if var('reporting_tz') == 'UTC' -%}
        cast({{ date }} as timestamp)
    {%- else -%}
        {{ to_utc('cast(' ~ date ~ ' as timestamp)', "'" ~ var('reporting_tz') ~ "'") }}
    {%- endif -%}
{% endmacro %}


{% macro months_between(start, end) %}
    {#- The whole months from one UTC timestamp to another, to the nearest, by calendar_position. -#}
    cast(
        round({{ calendar_position(reporting_date(end)) }} - {{ calendar_position(reporting_date(start)) }}) as bigint
    )
{%- endmacro %}


{% macro calendar_position(date) %}
    {#- A date as months since year 0, the days of a month being equal parts of it: the difference of two dates is the months between
        them, and every calendar month is exactly 1. -#}
    (extract(year from {{ date }}) * 12 + extract(month from {{ date }}) - 1
    + (extract(day from {{ date }}) - 1) / cast(extract(day from {{ dbt.last_day(date, 'month') }}) as double precision))
{%- endmacro %}
