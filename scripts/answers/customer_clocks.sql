-- key: salesforce_account_id, stripe_customer_id
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    starts.clock_started_on,
    min(case when milestones.is_go_live then milestones.days_from_clock end) as days_to_go_live,
    min(case when milestones.is_value then milestones.days_from_clock end) as days_to_value
from core.dim_customer_starts as starts
inner join core.dim_customers as customers on starts.customer_id = customers.customer_id
left join core.fct_milestones as milestones on starts.customer_id = milestones.customer_id
group by all
