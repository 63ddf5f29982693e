with spells as (

    select * from {{ ref('fct_ticket_spells') }}

),

events as (

    select * from {{ ref('union_ticket_events') }}

),

tickets as (

    select
        source_system,
        ticket_id,
        source_ticket_id,
        min(opened_at) as created_at,
        lead(min(opened_at)) over (
            partition by source_system, source_ticket_id order by min(opened_at)
        ) as next_created_at
    from spells
    group by source_system, ticket_id, source_ticket_id

)

select
    tickets.source_system,
    tickets.ticket_id,
    events.event_id,
    events.event_type,
    events.actor_type,
    events.is_public,
    coalesce({{ is_public_human_reply('events') }}, false) as is_public_human_reply,
    events.status_to,
    events.tier_from,
    events.tier_to,
    case when events.tier_to > events.tier_from then 'tier' else events.escalation_kind end as escalation_kind,
    events.occurred_at,
    lead(events.occurred_at) over (
        partition by tickets.source_system, tickets.ticket_id, events.event_type
        order by events.occurred_at, events.event_id
    ) as next_of_type_at
from events
inner join tickets
    on
        events.source_system = tickets.source_system
        and events.ticket_id = tickets.source_ticket_id
        and events.occurred_at >= tickets.created_at
        and (events.occurred_at < tickets.next_created_at or tickets.next_created_at is null)
