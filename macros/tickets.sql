{% macro is_public_human_reply(event) %}
    {#- Whether a row of union_ticket_events is an answer that the customer could read and a person wrote. -#}
    {{ event }}.event_type = 'comment' and {{ event }}.is_public and {{ event }}.actor_type = 'agent'
{%- endmacro %}


{% macro hours_between(start, end) %}
    {#- The calendar hours from one timestamp to another. -#}
    {{ dbt.datediff(start, end, 'second') }} / 3600.0
{%- endmacro %}
