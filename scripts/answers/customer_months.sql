-- key: salesforce_account_id, stripe_customer_id, month
-- within: mrr_usd 0.005
with first_months as (
    select customer_id, min(month_start) as month_start from core.fct_customer_months where is_active group by customer_id
)

select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    coalesce(balances.mrr_amount, 0) as mrr_usd
from first_months
inner join core.dim_months as months on first_months.month_start <= months.month_start
inner join core.dim_customers as customers on first_months.customer_id = customers.customer_id
left join core.fct_customer_months as balances
    on first_months.customer_id = balances.customer_id and months.month_start = balances.month_start
