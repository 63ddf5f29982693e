-- key: salesforce_account_id, stripe_customer_id, quarter
-- Partners are no customers and have no name.
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    cast(date_trunc('quarter', asks.asked_at) as date) as quarter,
    count(case when not asks.is_repeat then 1 end) as asks,
    count(case when asks.is_repeat then 1 end) as repeats,
    count(case when not asks.is_repeat and asks.outcome = 'accepted' then 1 end) as accepted
from core.fct_intro_asks as asks
left join core.dim_customers as customers on asks.customer_id = customers.customer_id
where not coalesce(customers.is_internal, false)
group by customers.anchor_system, customers.anchor_id, quarter
