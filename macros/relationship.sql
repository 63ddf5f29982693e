{#- What relationship KPIs count, said once for the ends of months and of days. -#}

{% macro is_executive(seniority) %}
    {#- Whether a contact of this seniority is one of the customer's executives. -#}
    coalesce(lower({{ seniority }}) in ('c_level', 'executive', 'vp'), false)
{%- endmacro %}


{% macro relationship_depth(contacts, has_executive, has_two_functions, has_met) %}
    {#- The score of relationship_depth_score, 0 to 100, of the number of engaged contacts and three flags of 0 or 1. -#}
    least(
        100,
        15 * {{ contacts }} + 25 * {{ has_executive }} + 10 * {{ has_two_functions }} + 20 * {{ has_met }}
    )
{%- endmacro %}
