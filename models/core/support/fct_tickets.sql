with helpdesk_tickets as (

    select * from {{ ref('dim_helpdesk_tickets') }}

),

tickets as (

    select * from {{ ref('fct_ticket_lifetimes') }}

),

moves as (

    select
        source_system,
        ticket_id,
        min(case when escalation_kind is not null then occurred_at end) as escalated_at,
        min(case when event_type = 'tier' then occurred_at end) as first_tier_move_at
    from {{ ref('fct_ticket_events') }}
    group by source_system, ticket_id

),

clocks as (

    select
        source_system,
        ticket_id,
        max(case when clock = 'first_reply' then ends_at end) as first_public_human_reply_at,
        sum(case when clock = 'first_reply' then business_hours end) as reply_business_hours,
        sum(case when clock = 'first_reply' then calendar_hours end) as reply_calendar_hours,
        sum(case when clock = 'first_solve' then business_hours end) as solve_business_hours,
        sum(case when clock = 'first_solve' then calendar_hours end) as solve_calendar_hours,
        coalesce(sum(case when clock = 'customer_wait' then business_hours end), 0)
            as wait_business_hours
    from {{ ref('fct_ticket_clocks') }}
    group by source_system, ticket_id

)

select
    tickets.source_system,
    tickets.ticket_id,
    tickets.source_ticket_id,
    helpdesk.customer_id,
    helpdesk.requester_id,
    helpdesk.channel,
    helpdesk.category,
    helpdesk.priority,
    helpdesk.initial_tier,
    helpdesk.is_complaint,
    tickets.schedule_id,
    tickets.created_at,
    clocks.first_public_human_reply_at,
    tickets.first_solved_at,
    tickets.last_solved_at,
    tickets.is_open,
    tickets.reopens,
    moves.escalated_at,
    moves.first_tier_move_at,
    cast(clocks.reply_business_hours as decimal(28, 10)) as first_reply_business_hours,
    cast(clocks.reply_calendar_hours as decimal(28, 10)) as first_reply_calendar_hours,
    cast(clocks.solve_business_hours as decimal(28, 10)) as first_solve_business_hours,
    cast(clocks.solve_business_hours - clocks.wait_business_hours as decimal(28, 10))
        as first_solve_business_hours_without_customer_wait,
    cast(clocks.solve_calendar_hours as decimal(28, 10)) as first_solve_calendar_hours,
    {{ hours_between('tickets.created_at', 'tickets.last_solved_at') }} as last_solve_calendar_hours
from tickets
inner join helpdesk_tickets as helpdesk
    on
        tickets.source_system = helpdesk.source_system
        and tickets.source_ticket_id = helpdesk.ticket_id
left join moves
    on tickets.source_system = moves.source_system and tickets.ticket_id = moves.ticket_id
left join clocks
    on tickets.source_system = clocks.source_system and tickets.ticket_id = clocks.ticket_id
