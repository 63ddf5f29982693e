-- key: salesforce_account_id, stripe_customer_id, month
-- Months in which something was created, solved for the first time, or open at the end (a stock, rule R1).
-- Customers that neither the CRM nor billing knows have no name to compare and are left out.
with customers as (
    select
        customer_id,
        case when anchor_system = 'salesforce' then anchor_id end as salesforce_account_id,
        case when anchor_system = 'stripe' then anchor_id end as stripe_customer_id
    from core.dim_customers
    where anchor_system in ('salesforce', 'stripe')
),
tickets as (
    select tickets.*, customers.salesforce_account_id, customers.stripe_customer_id
    from core.fct_tickets as tickets
    inner join customers on tickets.customer_id = customers.customer_id
    where tickets.source_system = 'zendesk'
),
things as (
    select salesforce_account_id, stripe_customer_id, months.month_start, 'created' as thing
    from tickets
    inner join core.dim_months as months
        on tickets.created_at >= months.starts_at and tickets.created_at < months.ends_at
    union all
    select salesforce_account_id, stripe_customer_id, months.month_start, 'solved' as thing
    from tickets
    inner join core.dim_months as months
        on tickets.first_solved_at >= months.starts_at and tickets.first_solved_at < months.ends_at
    union all
    select tickets.salesforce_account_id, tickets.stripe_customer_id, months.month_start, 'open' as thing
    from core.fct_ticket_spells as spells
    inner join tickets
        on spells.source_system = tickets.source_system and spells.ticket_id = tickets.ticket_id
    inner join core.dim_months as months
        on spells.opened_at < months.ends_at
        and (spells.solved_at is null or spells.solved_at >= months.ends_at)
)
select
    salesforce_account_id,
    stripe_customer_id,
    month_start as month,
    count(case when thing = 'created' then 1 end) as created,
    count(case when thing = 'solved' then 1 end) as solved,
    count(case when thing = 'open' then 1 end) as open_at_end
from things
group by salesforce_account_id, stripe_customer_id, month_start
