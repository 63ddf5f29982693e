with tickets as (

    select * from {{ ref('fct_ticket_lifetimes') }}

),

intervals as (

    select * from {{ ref('dim_business_intervals') }}

),

replies as (

    select
        source_system,
        ticket_id,
        min(occurred_at) as first_reply_at
    from {{ ref('fct_ticket_events') }}
    where is_public_human_reply
    group by source_system, ticket_id

),

turns as (

    select * from {{ ref('fct_ticket_turns') }}

),

spans as (

    {% for clock, spell, starts_at, ends_at, source in [
        ("'first_reply'", 'null', 'tickets.created_at', 'replies.first_reply_at', 'replies'),
        ("'first_solve'", 'null', 'tickets.created_at', 'tickets.first_solved_at', none),
        ("'last_solve'", 'null', 'tickets.created_at', 'tickets.last_solved_at', none),
        (
            "turns.turn || '_turn'", 'turns.spell_number', 'turns.starts_at', 'turns.ends_at',
            'turns',
        ),
    ] -%}
    select
        tickets.source_system,
        tickets.ticket_id,
        tickets.schedule_id,
        {{ clock }} as clock,
        cast({{ spell }} as bigint) as spell_number,
        {{ starts_at }} as starts_at,
        {{ ends_at }} as ends_at
    from tickets
    {% if source -%}
    inner join {{ source }}
        on
            tickets.source_system = {{ source }}.source_system
            and tickets.ticket_id = {{ source }}.ticket_id
    {% endif -%}
    where {{ ends_at }} is not null

    {{ 'union all\n' if not loop.last }}
    {%- endfor %}
)

select
    spans.source_system,
    spans.ticket_id,
    spans.clock,
    spans.spell_number,
    spans.starts_at,
    spans.ends_at,
    spans.schedule_id,
    {{ hours_between('spans.starts_at', 'spans.ends_at') }} as calendar_hours,
    cast(coalesce(sum({{ business_hours('spans', 'intervals') }}), 0) as decimal(28, 10))
        as business_hours
from spans
left join intervals
    on
        spans.schedule_id = intervals.schedule_id
        and spans.starts_at < intervals.closes_at
        and spans.ends_at > intervals.opens_at
group by
    spans.source_system, spans.ticket_id, spans.clock, spans.spell_number, spans.starts_at,
    spans.ends_at, spans.schedule_id
