{% macro nps_class(score) %}
    {#- What a score of 0 to 10 makes of who gave it. -#}
    case
        when {{ score }} >= 9 then 'promoter'
        when {{ score }} <= 6 then 'detractor'
        when {{ score }} is not null then 'passive'
    end
{%- endmacro %}


{% macro two_weekdays_after(date) %}
    {#- The second weekday (Monday to Friday) after a date, as a DATE: what is done within two business days is done by its end. -#}
    {{ add_days(date, 'case ' ~ day_of_week(date) ~ ' when 4 then 4 when 5 then 4 when 6 then 3 else 2 end') }}
{%- endmacro %}


{% macro centred_sum(a, b, column, values) %}
    {#- Over a group's rows, the sum of (a - its mean) times (b - its mean), the means being those of the rows with the same value of
        `column`, which has `values`. Up to the last division it is made of exact sums. -#}
    (
    {%- for value in values %}
        {%- set of_value = "case when " ~ column ~ " = '" ~ value ~ "' then {} end" %}
        coalesce(
            (
                count({{ of_value.format(1) }}) * sum({{ of_value.format(a ~ ' * ' ~ b) }})
                - sum({{ of_value.format(a) }}) * sum({{ of_value.format(b) }})
            ) / nullif(cast(count({{ of_value.format(1) }}) as double precision), 0), 0
        )
        {{- ' +' if not loop.last }}
    {%- endfor %}
    )
{%- endmacro %}
