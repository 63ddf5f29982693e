-- key: salesforce_account_id, stripe_customer_id, month
-- within: won_usd 0.01
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    opportunities.month_start as month,
    count(case when opportunities.outcome = 'won' then 1 end) as won,
    count(case when opportunities.outcome = 'lost' then 1 end) as lost,
    count(case when opportunities.outcome = 'no_decision' then 1 end) as no_decision,
    coalesce(sum(case when opportunities.outcome = 'won' then opportunities.reporting_amount end), 0) as won_usd
from core.fct_opportunities as opportunities
inner join core.dim_customers as customers on opportunities.customer_id = customers.customer_id
where
    not customers.is_internal
    and opportunities.outcome <> 'open'
    and opportunities.month_start < (select max(next_month_start) from core.dim_months)
group by 1, 2, 3
