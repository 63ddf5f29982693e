{#- The few things that DuckDB, PostgreSQL and Spark spell differently and dbt's own cross-database macros do not cover. -#}

{% macro try_cast(column, type) %}
    {#- `column` as `type`, NULL where the text cannot be read or is blank. dbt.safe_cast is a plain cast on DuckDB. -#}
    {{ return(adapter.dispatch('try_cast')(column, type)) }}
{% endmacro %}

{% macro default__try_cast(column, type) -%}
    try_cast(nullif(trim(cast({{ column }} as {{ dbt.type_string() }})), '') as {{ type }})
{%- endmacro %}


{% macro try_cast_in_place(column, type) %}
    {#- As try_cast, but a column that has the type already is left as it is, so that filters on it reach the files. -#}
    {{ return(adapter.dispatch('try_cast_in_place')(column, type)) }}
{% endmacro %}

{% macro default__try_cast_in_place(column, type) -%}
    try_cast({{ column }} as {{ type }})
{%- endmacro %}


{% macro try_timestamp(column) %}
    {#- The UTC moment that `column` names: a date or time that begins with the year (with Z, UTC, an offset, or none, which is UTC), or a
        count of seconds, milliseconds or microseconds since 1970. NULL for blank and for everything else. -#}
    {{ return(adapter.dispatch('try_timestamp')(column)) }}
{% endmacro %}

{% macro default__try_timestamp(column) -%}
    {#- The shape is looked at first: a bare try_cast drops a zone, an offset or PM without a word. What has its type already is left
        alone, so that the engine answers from statistics. Milliseconds begin above the twelve digits of a date and time written as one. -#}
    {%- set text = 'trim(cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ '))' -%}
    {%- set number = 'try_cast(' ~ text ~ ' as double)' -%}
    {%- set day = '(\\d{4}-\\d{1,2}-\\d{1,2}|\\d{4}/\\d{1,2}/\\d{1,2})' -%}
    {%- set moment = day ~ '[ T]\\d{1,2}:\\d{2}(:\\d{2}(\\.\\d*)?)?' -%}
    case
        when typeof({{ column }}) in ('TIMESTAMP', 'TIMESTAMP_NS', 'TIMESTAMP_MS', 'TIMESTAMP_S') then try_cast({{ column }} as timestamp)
        when regexp_full_match({{ text }}, '{{ moment }} ?(Z|UTC)?|{{ day }}') then try_cast({{ text }} as timestamp)
        when regexp_full_match({{ text }}, '{{ moment }} ?[+-]\d{2}(:?\d{2})?')
            then timezone('UTC', try_cast({{ text }} as timestamptz))
        when {{ number }} between 1e8 and 1e10 then make_timestamp(cast({{ number }} * 1e6 as bigint))
        when {{ number }} between 2.1e11 and 1e13 then make_timestamp(cast({{ number }} * 1e3 as bigint))
        when {{ number }} between 2.1e14 and 1e16 then make_timestamp(cast({{ number }} as bigint))
    end
{%- endmacro %}


{% macro try_date(column) %}
    {#- The date that `column` begins with, the year first; NULL for blank and for everything else. -#}
    {{ return(adapter.dispatch('try_date')(column)) }}
{% endmacro %}

{% macro default__try_date(column) -%}
    {%- set text = 'trim(cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ '))' -%}
    case
        when regexp_full_match({{ text }}, '(\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2})([ T].*)?') then try_cast({{ text }} as date)
    end
{%- endmacro %}


{% macro try_boolean(column) %}
    {#- `column` as a boolean, also in the words that spreadsheets write in other languages; NULL where it is neither. -#}
    {%- set text = try_cast('lower(cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ '))', dbt.type_string()) -%}
    case
        when {{ text }} in ('vrai', 'wahr', 'verdadero', 'verdadeiro', 'vero', 'waar') then true
        when {{ text }} in ('faux', 'falsch', 'falso', 'onwaar') then false
        else {{ try_cast(column, 'boolean') }}
    end
{%- endmacro %}


{% macro try_whole_number(column) %}
    {#- `column` as a bigint, NULL where it is no whole number: a cast alone would round. -#}
    case
        when {{ try_cast(column, 'double precision') }} = {{ try_cast(column, 'bigint') }} then {{ try_cast(column, 'bigint') }}
    end
{%- endmacro %}


{% macro how_to_write(text, type) %}
    {#- How what `text` says should be written to be read as `type`; where its shape shows why it was not, with the reason. -#}
    {{ return(adapter.dispatch('how_to_write')(text, type)) }}
{% endmacro %}

{% macro default__how_to_write(text, type) -%}
    {%- if type in ('timestamp', 'date') -%}
    case
        when regexp_full_match({{ text }}, '\d{5}([.,]\d+)?')
            then '2026-01-31 for the serial number of a spreadsheet'
        when regexp_full_match({{ text }}, '\d{1,2}[-./]\d{1,2}[-./]\d{2,4}.*')
            then '2026-01-31, since day and month could change places'
        else '2026-01-31{{ ' or 2026-01-31 14:30' if type == 'timestamp' }}'
    end
    {%- elif type == 'boolean' -%}
    'true or false'
    {%- elif type == 'bigint' -%}
    'a whole number'
    {%- else -%}
    case
        when {{ text }} like '%,%' then '1234.56, since a comma could part thousands or decimals'
        else '1234.56'
    end
    {%- endif -%}
{%- endmacro %}


{% macro is_doubtful(text) %}
    {#- Whether a number such as 1.234 stands in a column of a file where other numbers have a comma: its point may part thousands. -#}
    {{ return(adapter.dispatch('is_doubtful')(text)) }}
{% endmacro %}

{% macro default__is_doubtful(text) -%}
    regexp_full_match({{ text }}, '[-+]?\d{1,3}\.\d{3}')
    and max(case when {{ text }} like '%,%' then 1 else 0 end) over (partition by raw_file) = 1
{%- endmacro %}


{% macro in_words(number, digits=0) %}
    {#- A number as text, rounded to so many decimals; NULL where it is not known. -#}
    {{ return('cast(cast(' ~ number ~ ' as decimal(28, ' ~ digits ~ ')) as ' ~ dbt.type_string() ~ ')') }}
{% endmacro %}


{% macro surrogate_key(columns) %}
    {#- A stable 32-digit id from the text of `columns`; NULL is told apart from ''. -#}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '~')") -%}
        {%- if not loop.last %}{% do parts.append("'|'") %}{% endif -%}
    {%- endfor -%}
    {{ return(dbt.hash(dbt.concat(parts))) }}
{% endmacro %}


{% macro privacy_salt() %}
    {#- The value of PRIVACY_SALT, read from the session, so that no statement and no log holds it; '' where it is not set. -#}
    {{ return(adapter.dispatch('privacy_salt')()) }}
{% endmacro %}

{% macro default__privacy_salt() -%}
    coalesce(getvariable('privacy_salt'), '')
{%- endmacro %}


{% macro fingerprint(columns) %}
    {#- A whole number that all rows of a group make together, in whatever order: another one where a row was added, lost or changed in
        `columns`. -#}
    {{ return(adapter.dispatch('fingerprint')(columns)) }}
{% endmacro %}

{% macro default__fingerprint(columns) -%}
    cast(sum(cast(hash({{ columns | join(', ') }}) as hugeint)) % 9223372036854775807 as bigint)
{%- endmacro %}


{% macro json_text(column, key) %}
    {#- The text at the top-level `key` of a JSON document, NULL where the document or the key is absent or broken. -#}
    {{ return(adapter.dispatch('json_text')(column, key)) }}
{% endmacro %}

{% macro default__json_text(column, key) -%}
    nullif(trim(json_extract_string(try_cast({{ column }} as json), '$.{{ key }}')), '')
{%- endmacro %}


{% macro cross_join_json_array(column, alias) %}
    {#- Joins each row with the elements of the JSON array in `column`, as JSON text in `alias`.element; none where it is no array. -#}
    {{ return(adapter.dispatch('cross_join_json_array')(column, alias)) }}
{% endmacro %}

{% macro default__cross_join_json_array(column, alias) -%}
    cross join unnest(json_extract(try_cast({{ column }} as json), '$[*]')) as {{ alias }} (element)
{%- endmacro %}


{% macro percentile(column, share=0.5) %}
    {#- The interpolated percentile of a group (0.5 is the median); NULLs are skipped. -#}
    {{ return(adapter.dispatch('percentile')(column, share)) }}
{% endmacro %}

{% macro default__percentile(column, share) -%}
    percentile_cont({{ share }}) within group (order by {{ column }})
{%- endmacro %}


{% macro day_of_week(date) %}
    {#- 0 is Sunday … 6 is Saturday. -#}
    {{ return(adapter.dispatch('day_of_week')(date)) }}
{% endmacro %}

{% macro default__day_of_week(date) -%}
    cast(extract(dow from {{ date }}) as integer)
{%- endmacro %}


{% macro to_local(timestamp, time_zone) %}
    {#- A UTC timestamp as wall-clock time in `time_zone` (an SQL expression: a column or a quoted IANA name). -#}
    {{ return(adapter.dispatch('to_local')(timestamp, time_zone)) }}
{% endmacro %}

{% macro default__to_local(timestamp, time_zone) -%}
    timezone({{ time_zone }}, timezone('UTC', {{ timestamp }}))
{%- endmacro %}


{% macro to_utc(timestamp, time_zone) %}
    {#- Wall-clock time in `time_zone` as a UTC timestamp: the inverse of to_local. -#}
    {{ return(adapter.dispatch('to_utc')(timestamp, time_zone)) }}
{% endmacro %}

{% macro default__to_utc(timestamp, time_zone) -%}
    timezone('UTC', timezone({{ time_zone }}, {{ timestamp }}))
{%- endmacro %}
