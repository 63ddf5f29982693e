-- key: salesforce_account_id, stripe_customer_id, month
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    count(*) as actions,
    count(distinct actions.channel) as channels
from core.fct_engagement_actions as actions
inner join core.dim_customers as customers on actions.customer_id = customers.customer_id
inner join core.dim_months as months on actions.occurred_at >= months.starts_at and actions.occurred_at < months.ends_at
group by 1, 2, 3
