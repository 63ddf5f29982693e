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


{% macro common_slope() %}
    {#- The arguments of kpi_rows for one slope through answers of several surveys: `measured` has the month, units, and xy, xx and yy, the
        products of months and points from the means of their survey. The error is by what the line leaves unexplained and
        the number of answers that are free to differ from it. -#}
    {%- set rounded = 'case when abs({0}) > 0.000001 then {0} else 0 end' -%}  {#- what is left of rounding is nothing -#}
    {%- set known = 'case when count(distinct month_number) >= 3 and sum(xx) > 0 then {} end' -%}
    {%- set slope = known.format(rounded.format('sum(xy)') ~ ' / nullif(sum(xx), 0)') -%}
    {%- set rest = rounded.format('(sum(yy) - power(sum(xy), 2) / nullif(sum(xx), 0))') -%}
    {%- set freedom = 'nullif(greatest(sum(units) - count(distinct survey_type) - 1, 0), 0)' -%}
    {%- set error = known.format('sqrt(greatest(' ~ rest ~ ', 0) / ' ~ freedom ~ ' / nullif(sum(xx), 0))') -%}
    {{ return({
        'numerator': known.format(rounded.format('sum(xy)')), 'denominator': known.format('sum(xx)'), 'value': slope,
        'extras': {
            'standard_error': 'cast(' ~ error ~ ' as decimal(28, 6))',
            'is_falling': 'coalesce(' ~ slope ~ ' + 1.64 * ' ~ error ~ ' < 0, false)',
            'answered_months': 'count(distinct month_number)',
            'survey_types': 'count(distinct survey_type)',
        },
    }) }}
{% endmacro %}
