-- key: ticket_id
-- Customer-raised tickets (rule R7); a customer that neither the CRM nor billing knows has no name here.
select
    tickets.ticket_id,
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    tickets.created_at,
    tickets.replies,
    tickets.reopens,
    tickets.is_open,
    tickets.escalated_at,
    tickets.turn,
    cast(round(tickets.first_reply_calendar_hours * 3600) as bigint) as first_reply_calendar_seconds,
    cast(round(tickets.first_reply_business_hours * 3600) as bigint) as first_reply_business_seconds,
    cast(round(tickets.first_solve_calendar_hours * 3600) as bigint) as first_solve_calendar_seconds,
    cast(round(tickets.first_solve_business_hours * 3600) as bigint) as first_solve_business_seconds,
    cast(round(tickets.last_solve_calendar_hours * 3600) as bigint) as last_solve_calendar_seconds,
    cast(round(tickets.last_solve_business_hours * 3600) as bigint) as last_solve_business_seconds,
    cast(round(tickets.agent_turn_calendar_hours * 3600) as bigint) as agent_turn_calendar_seconds,
    cast(round(tickets.agent_turn_business_hours * 3600) as bigint) as agent_turn_business_seconds,
    cast(round(tickets.customer_turn_calendar_hours * 3600) as bigint) as customer_turn_calendar_seconds,
    cast(round(tickets.customer_turn_business_hours * 3600) as bigint) as customer_turn_business_seconds,
    cast(round(tickets.third_party_turn_calendar_hours * 3600) as bigint) as third_party_turn_calendar_seconds,
    cast(round(tickets.third_party_turn_business_hours * 3600) as bigint) as third_party_turn_business_seconds
from core.fct_tickets as tickets
inner join core.dim_customers as customers on tickets.customer_id = customers.customer_id
where tickets.source_system = 'zendesk'
