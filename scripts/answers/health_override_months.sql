-- key: salesforce_account_id, stripe_customer_id, month
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.period_start as month,
    cast(months.score as double) as score
from core.fct_health_override_periods as months
inner join core.dim_customers as customers on months.customer_id = customers.customer_id
where months.period_grain = 'month'
