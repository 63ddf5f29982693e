-- key: salesforce_account_id, stripe_customer_id, month
-- within: daily_active_users 0.000001
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    months.active_users,
    months.weekly_active_users,
    months.active_user_days,
    months.active_user_weekdays,
    1.0 * months.active_user_days / months.counted_days as daily_active_users,
    months.value_events,
    months.api_value_events,
    months.login_days,
    months.power_users,
    months.registered_users
from core.fct_customer_usage_months as months
inner join core.dim_customers as customers on months.customer_id = customers.customer_id
where months.active_users is not null
