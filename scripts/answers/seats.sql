-- key: salesforce_account_id, stripe_customer_id, month
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    months.purchased_seats,
    months.assigned_seats,
    months.activated_seats,
    months.active_seats,
    months.login_days
from core.fct_seat_months as months
inner join core.dim_customers as customers on months.customer_id = customers.customer_id
