-- key: salesforce_account_id, stripe_customer_id, month, kind
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    cast(date_trunc('month', acts.occurred_at) as date) as month,
    acts.kind,
    count(*) as acts
from core.fct_advocacy_acts as acts
inner join core.dim_customers as customers on acts.customer_id = customers.customer_id
where not customers.is_internal
group by customers.anchor_system, customers.anchor_id, month, acts.kind
