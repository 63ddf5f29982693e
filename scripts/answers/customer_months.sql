-- key: salesforce_account_id, stripe_customer_id, month
-- within: mrr_usd 0.005
-- where: not is_internal and mrr_usd > 0
select
    case when c.anchor_system = 'salesforce' then c.anchor_id end as salesforce_account_id,
    case when c.anchor_system = 'stripe' then c.anchor_id end as stripe_customer_id,
    m.month_start as month,
    m.mrr_amount as mrr_usd
from core.fct_customer_months as m
inner join core.dim_customers as c on m.customer_id = c.customer_id
where m.mrr_amount > 0
