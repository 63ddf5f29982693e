{#- Words and clock times of hand-made files as what core counts with. -#}

{% macro weekday_number(name) %}
    {#- 0 for sunday … 6 for saturday; NULL for any other text, numbers too, since weeks begin on either day. -#}
    case lower(trim({{ name }}))
        {%- for day in ('sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday') %}
        when '{{ day }}' then {{ loop.index0 }}
        {%- endfor %}
    end
{%- endmacro %}


{% macro minute_of_day(clock) %}
    {#- The minute of the day of a text hh:mm, 0 to 1440; NULL for any other. -#}
    {%- set hour = try_cast(dbt.split_part(clock, "':'", 1), 'bigint') -%}
    {%- set minute = try_cast(dbt.split_part(clock, "':'", 2), 'bigint') -%}
    case
        when
            {{ hour }} between 0 and 24 and {{ minute }} between 0 and 59
            and length({{ clock }}) - length(replace({{ clock }}, ':', '')) = 1
            and {{ hour }} * 60 + {{ minute }} <= 1440
            then {{ hour }} * 60 + {{ minute }}
    end
{%- endmacro %}


{% macro is_time_zone(name) %}
    {#- Whether the engine knows a time zone by this name. -#}
    {{ return(adapter.dispatch('is_time_zone')(name)) }}
{% endmacro %}

{% macro default__is_time_zone(name) -%}
    {{ name }} in (select zones.name from pg_timezone_names() as zones)
{%- endmacro %}
