-- key: salesforce_account_id, stripe_customer_id, month
-- within: opening 0.005, new 0.005, reactivation 0.005, expansion 0.005, contraction 0.005, churn 0.005, closing 0.005
-- where: not is_internal and opening + closing > 0
select
    case when c.anchor_system = 'salesforce' then c.anchor_id end as salesforce_account_id,
    case when c.anchor_system = 'stripe' then c.anchor_id end as stripe_customer_id,
    m.month_start as month,
    m.opening_mrr_amount as opening,
    m.new_mrr_amount as new,
    m.reactivation_mrr_amount as reactivation,
    m.expansion_mrr_amount as expansion,
    m.contraction_mrr_amount as contraction,
    m.churn_mrr_amount as churn,
    m.mrr_amount as closing
from core.fct_customer_months as m
inner join core.dim_customers as c on m.customer_id = c.customer_id
where m.opening_mrr_amount + m.mrr_amount > 0
