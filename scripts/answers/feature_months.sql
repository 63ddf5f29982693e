-- key: salesforce_account_id, stripe_customer_id, month, feature_id
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    months.feature_id,
    months.users,
    months.uses,
    months.adopters,
    months.user_days,
    months.used_days,
    months.used_weekdays,
    months.is_used_in_prior_3_months
from core.fct_feature_months as months
inner join core.dim_customers as customers on months.customer_id = customers.customer_id
where months.users is not null
