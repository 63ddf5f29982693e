{#- What became of a measure of health, in words that the business reads. -#}

{% macro value_in_words(day) %}
    {#- What a measure was on a day of health_moves (today, week_before), to two decimals. -#}
    case
        when not is_in_set_{{ day }} then 'not counted'
        when value_{{ day }} is null then 'unknown'
        else cast(cast(value_{{ day }} as decimal(18, 2)) as {{ dbt.type_string() }})
    end
{%- endmacro %}


{% macro moved_in_words() %}
    {#- Of a measure of health_moves: `<name> <value a week before> -> <value today>: <points, signed> points`; NULL where the points
        round to 0.0. -#}
    {%- set rounded = 'cast(points_moved as decimal(10, 1))' -%}
    case
        when {{ rounded }} <> 0
            then
                name || ' ' || {{ value_in_words('week_before') }}
                || ' -> ' || {{ value_in_words('today') }}
                || ': ' || case when {{ rounded }} > 0 then '+' else '' end
                || cast({{ rounded }} as {{ dbt.type_string() }}) || ' points'
    end
{%- endmacro %}
