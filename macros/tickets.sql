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


{% macro kpi_tickets(filed_at, due_at=none) %}
    {#- The CTEs that begin a KPI of tickets: fct_tickets by the month in which `filed_at` lies, those of customers that are in the
        spine in it (R4). Where a ticket has a window (R10), `due_at` is when that closes, and is_due says whether it has. The
        result is the CTE `filed_tickets`. -#}
    tickets as (

        select
            *,
            {{ month_of(reporting_date(filed_at)) }} as month_start
        from {{ ref('fct_tickets') }}
        where {{ filed_at }} is not null

    ),

    customer_months as (

        select * from {{ ref('fct_customer_months') }}

    ),

    {% if due_at -%}
    months as (

        select * from {{ ref('dim_months') }}

    ),

    {% endif -%}
    filed_tickets as (

        select
            tickets.*
            {%- if due_at %},
            coalesce({{ due_at }} <= {{ utc_start_of('months.as_of') }}, false) as is_due
            {%- endif %}
        from tickets
        inner join customer_months
            on
                tickets.customer_id = customer_months.customer_id
                and tickets.month_start = customer_months.month_start
        {%- if due_at %}
        inner join months on tickets.month_start = months.month_start
        {%- endif %}

    )
{%- endmacro %}
