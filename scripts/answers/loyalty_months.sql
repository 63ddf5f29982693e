-- key: salesforce_account_id, stripe_customer_id, month
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    months.is_enrolled,
    months.is_participating
from core.fct_loyalty_months as months
inner join core.dim_customers as customers on months.customer_id = customers.customer_id
where not customers.is_internal
