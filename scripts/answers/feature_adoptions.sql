-- key: salesforce_account_id, stripe_customer_id, feature_id, clock_started_on
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    adoptions.feature_id,
    adoptions.clock_started_on,
    adoptions.adopted_on
from core.fct_feature_adoptions as adoptions
inner join core.dim_customers as customers on adoptions.customer_id = customers.customer_id
