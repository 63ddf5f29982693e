with tickets as (

    select * from {{ ref('dim_helpdesk_tickets') }}
    where exclusion_reason is null

),

events as (

    select * from {{ ref('union_ticket_events') }}
    where event_type = 'status'

),

-- Every counted ticket begins by being opened; closing without solving first ends it too.
states as (

    select
        source_system,
        ticket_id,
        raised_at as occurred_at,
        '' as event_id,
        false as is_solved
    from tickets

    union all

    select
        events.source_system,
        events.ticket_id,
        greatest(events.occurred_at, tickets.raised_at) as occurred_at,
        events.event_id,
        events.status_to in ('solved', 'closed') as is_solved
    from events
    inner join tickets
        on events.source_system = tickets.source_system and events.ticket_id = tickets.ticket_id

),

followed as (

    select
        *,
        lag(is_solved, 1, true) over (
            partition by source_system, ticket_id order by occurred_at, event_id
        ) as was_solved
    from states

)

select
    source_system,
    ticket_id,
    cast(row_number() over (
        partition by source_system, ticket_id order by occurred_at, event_id
    ) as bigint) as change_number,
    is_solved,
    occurred_at
from followed
where is_solved <> was_solved
