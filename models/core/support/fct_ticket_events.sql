with tickets as (

    select * from {{ ref('fct_ticket_lifetimes') }}

),

events as (

    select * from {{ ref('union_ticket_events') }}

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
    case
        when events.tier_to > events.tier_from then 'tier' else events.escalation_kind
    end as escalation_kind,
    events.occurred_at
from events
inner join tickets
    on
        events.source_system = tickets.source_system
        and events.ticket_id = tickets.source_ticket_id
        and events.occurred_at >= tickets.created_at
        and (events.occurred_at < tickets.next_created_at or tickets.next_created_at is null)
