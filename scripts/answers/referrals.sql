-- key: salesforce_account_id, stripe_customer_id, month, referrer_type
-- Partners are no customers and have no name.
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    cast(date_trunc('month', referrals.created_at) as date) as month,
    referrals.referrer_type,
    count(*) as created,
    count(case when referrals.is_converted_in_time then 1 end) as converted
from core.fct_referrals as referrals
left join core.dim_customers as customers on referrals.customer_id = customers.customer_id
where referrals.standing = 'counted' and not coalesce(customers.is_internal, false)
group by customers.anchor_system, customers.anchor_id, month, referrals.referrer_type
