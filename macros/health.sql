{#- What became of a measure of health, in words that the business reads. -#}

{% macro value_in_words(day) %}
    {#- What a measure was on a day of health_moves (today, week_before), to two decimals. -#}
    case
        when not is_in_set_{{ day }} then 'not counted'
        when value_{{ day }} is null then 'unknown'
        else {{ in_words('value_' ~ day, 2) }}
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
                || {{ in_words('points_moved', 1) }} || ' points'
    end
{%- endmacro %}
