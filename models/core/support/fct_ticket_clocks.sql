with tickets as (

    select * from {{ ref('fct_ticket_lifetimes') }}

),

intervals as (

    select * from {{ ref('dim_business_intervals') }}

),

spans as (

    {% for solve in ('first', 'last') -%}
    select source_system, ticket_id, schedule_id, '{{ solve }}_solve' as clock,
        created_at as starts_at, {{ solve }}_solved_at as ends_at
    from tickets
    where {{ solve }}_solved_at is not null

    union all

    {% endfor -%}
    select tickets.source_system, tickets.ticket_id, tickets.schedule_id, 'first_reply' as clock,
        tickets.created_at as starts_at, min(replies.occurred_at) as ends_at
    from tickets
    inner join {{ ref('fct_ticket_events') }} as replies
        on tickets.source_system = replies.source_system and tickets.ticket_id = replies.ticket_id
    where replies.is_public_human_reply
    group by tickets.source_system, tickets.ticket_id, tickets.schedule_id, tickets.created_at

    union all

    select tickets.source_system, tickets.ticket_id, tickets.schedule_id,
        turns.turn || '_turn' as clock, turns.starts_at, turns.ends_at
    from tickets
    inner join {{ ref('fct_ticket_turns') }} as turns
        on tickets.source_system = turns.source_system and tickets.ticket_id = turns.ticket_id
    where turns.ends_at is not null

),

-- Openings and the instants that are asked for, in order: each instant finds the latest opening before it.
marks as (

    select schedule_id, opens_at as marked_at, opens_at, closes_at, seconds_before from intervals
    union all
    select schedule_id, starts_at, null, null, null from spans
    union all
    select schedule_id, ends_at, null, null, null from spans

),

instants as (

    select distinct
        schedule_id,
        marked_at,
        coalesce(
            max(seconds_before) over so_far
            + {{ dbt.datediff(
                'max(opens_at) over so_far',
                'least(marked_at, max(closes_at) over so_far)',
                'second',
            ) }},
            0
        ) as open_seconds
    from marks
    window so_far as (partition by schedule_id order by marked_at)

)

select
    spans.source_system,
    spans.ticket_id,
    spans.clock,
    spans.starts_at,
    spans.ends_at,
    spans.schedule_id,
    {{ hours_between('spans.starts_at', 'spans.ends_at') }} as calendar_hours,
    cast((ends.open_seconds - starts.open_seconds) / 3600.0 as decimal(28, 10)) as business_hours
from spans
inner join instants as starts
    on spans.schedule_id = starts.schedule_id and spans.starts_at = starts.marked_at
inner join instants as ends
    on spans.schedule_id = ends.schedule_id and spans.ends_at = ends.marked_at
