{% macro is_public_human_reply(event) %}
    {#- Whether a row of union_ticket_events is an answer that a person wrote and the customer can read. -#}
    {{ event }}.event_type = 'comment'
    and {{ event }}.is_public
    and {{ event }}.actor_type = 'agent'
{%- endmacro %}


{% macro hours_between(start, end) %}
    {#- The calendar hours from one timestamp to another: a decimal, so that sums are the same in every build. -#}
    cast({{ dbt.datediff(start, end, 'second') }} / 3600.0 as decimal(28, 10))
{%- endmacro %}


{% macro business_hours(span, interval) %}
    {#- The hours of a span (starts_at, ends_at) inside an interval (opens_at, closes_at) that it meets; NULL where it meets
        none, which greatest() and least() would pass over. -#}
    case
        when {{ interval }}.opens_at is not null
            then {{ hours_between(
                'greatest(' ~ span ~ '.starts_at, ' ~ interval ~ '.opens_at)',
                'least(' ~ span ~ '.ends_at, ' ~ interval ~ '.closes_at)',
            ) }}
    end
{%- endmacro %}


{% macro whole_seconds(hours) %}
    {#- A duration in hours as seconds: whole numbers, whose sums and medians are the same in every build. -#}
    cast(round({{ hours }} * 3600) as bigint)
{%- endmacro %}
