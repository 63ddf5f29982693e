{%- set turns = ['agent_turn', 'customer_turn', 'third_party_turn'] -%}
{%- set clocks = ['first_reply', 'first_solve', 'last_solve'] + turns -%}

with helpdesk_tickets as (

    select * from {{ ref('dim_helpdesk_tickets') }}

),

tickets as (

    select * from {{ ref('fct_ticket_lifetimes') }}

),

happened as (

    select
        source_system,
        ticket_id,
        sum(case when is_public_human_reply then 1 else 0 end) as replies,
        min(case when escalation_kind is not null then occurred_at end) as escalated_at,
        min(case when event_type = 'tier' then occurred_at end) as first_tier_move_at,
        min(case when tier_from = 1 and tier_to > 1 then occurred_at end) as left_first_tier_at,
        min(case when answered_contact = 2 then occurred_at end) as second_contact_answered_at
    from {{ ref('fct_ticket_events') }}
    group by source_system, ticket_id

),

reply_targets as (

    select * from {{ ref('fct_ticket_reply_targets') }}

),

current_turns as (

    select * from {{ ref('fct_ticket_turns') }}
    where ends_at is null

),

clocks as (

    select
        source_system,
        ticket_id,
        max(case when clock = 'first_reply' then ends_at end) as first_public_human_reply_at,
        {%- for clock in clocks %}
        sum(case when clock = '{{ clock }}' then business_hours end) as {{ clock }}_business_hours,
        sum(case when clock = '{{ clock }}' then calendar_hours end) as {{ clock }}_calendar_hours,
        {%- endfor %}
        sum(case when clock = 'customer_turn' and spell_number = 1 then business_hours end)
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
    reply_targets.priority_level,
    helpdesk.initial_tier,
    helpdesk.is_complaint,
    case when tickets.ticket_id = tickets.source_ticket_id then helpdesk.handle_minutes end
        as handle_minutes,
    tickets.schedule_id,
    tickets.created_at,
    clocks.first_public_human_reply_at,
    reply_targets.reply_due_at,
    tickets.first_solved_at,
    tickets.first_reopened_at,
    tickets.last_solved_at,
    tickets.is_open,
    tickets.reopens,
    cast(coalesce(happened.replies, 0) as bigint) as replies,
    happened.escalated_at,
    happened.first_tier_move_at,
    happened.left_first_tier_at,
    happened.second_contact_answered_at,
    current_turns.turn,
    current_turns.starts_at as turn_since_at,
    {%- for clock in clocks %}{% for unit in ('business_hours', 'calendar_hours') %}
    {%- set hours = 'clocks.' ~ clock ~ '_' ~ unit %}
    cast({{ 'coalesce(' ~ hours ~ ', 0)' if clock in turns else hours }} as decimal(28, 10))
        as {{ clock }}_{{ unit }},
    {%- endfor %}{% endfor %}
    cast(
        clocks.first_solve_business_hours - coalesce(clocks.wait_business_hours, 0)
        as decimal(28, 10)
    ) as first_solve_business_hours_without_customer_wait
from tickets
inner join helpdesk_tickets as helpdesk
    on
        tickets.source_system = helpdesk.source_system
        and tickets.source_ticket_id = helpdesk.ticket_id
left join reply_targets
    on
        tickets.source_system = reply_targets.source_system
        and tickets.ticket_id = reply_targets.ticket_id
left join happened
    on tickets.source_system = happened.source_system and tickets.ticket_id = happened.ticket_id
left join current_turns
    on
        tickets.source_system = current_turns.source_system
        and tickets.ticket_id = current_turns.ticket_id
left join clocks
    on tickets.source_system = clocks.source_system and tickets.ticket_id = clocks.ticket_id
