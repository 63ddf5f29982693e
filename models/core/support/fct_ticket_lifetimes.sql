with spells as (

    select * from {{ ref('fct_ticket_spells') }}

),

helpdesk_tickets as (

    select * from {{ ref('dim_helpdesk_tickets') }}

),

lifetimes as (

    select
        source_system,
        ticket_id,
        source_ticket_id,
        min(opened_at) as created_at,
        min(solved_at) as first_solved_at,
        min(case when spell_number = 2 then opened_at end) as first_reopened_at,
        max(solved_at) as latest_solved_at,
        count(*) - 1 as reopens,
        count(solved_at) < count(*) as is_open
    from spells
    group by source_system, ticket_id, source_ticket_id

)

select
    lifetimes.source_system,
    lifetimes.ticket_id,
    lifetimes.source_ticket_id,
    helpdesk_tickets.schedule_id,
    lifetimes.created_at,
    lead(lifetimes.created_at) over (
        partition by lifetimes.source_system, lifetimes.source_ticket_id
        order by lifetimes.created_at
    ) as next_created_at,
    lifetimes.first_solved_at,
    lifetimes.first_reopened_at,
    case when not lifetimes.is_open then lifetimes.latest_solved_at end as last_solved_at,
    lifetimes.is_open,
    cast(lifetimes.reopens as bigint) as reopens
from lifetimes
inner join helpdesk_tickets
    on
        lifetimes.source_system = helpdesk_tickets.source_system
        and lifetimes.source_ticket_id = helpdesk_tickets.ticket_id
