with tickets as (

    select * from {{ ref('fct_ticket_lifetimes') }}

),

events as (

    select * from {{ ref('union_ticket_events') }}

),

-- What customers and people of the help desk write to each other is the ticket's conversation.
placed as (

    select
        tickets.source_system,
        tickets.ticket_id,
        events.event_id,
        events.event_type,
        events.actor_type,
        events.is_public,
        coalesce({{ is_public_human_reply('events') }}, false) as is_public_human_reply,
        coalesce(
            events.event_type = 'comment'
            and events.is_public
            and events.actor_type in ('agent', 'customer'),
            false
        ) as is_message,
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

),

-- An answer that follows an answer answers nothing new; the creation is the first thing to answer.
followed as (

    select
        *,
        is_public_human_reply
        and lag(actor_type, 1, 'customer') over (
            partition by source_system, ticket_id, is_message order by occurred_at, event_id
        ) = 'customer' as answers_contact
    from placed

)

select
    source_system,
    ticket_id,
    event_id,
    event_type,
    actor_type,
    is_public,
    is_public_human_reply,
    cast(
        case
            when answers_contact
                then sum(case when answers_contact then 1 else 0 end) over (
                    partition by source_system, ticket_id
                    order by occurred_at, event_id rows unbounded preceding
                )
        end as bigint
    ) as answered_contact,
    status_to,
    tier_from,
    tier_to,
    escalation_kind,
    occurred_at
from followed
