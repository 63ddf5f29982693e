-- key: salesforce_account_id, stripe_customer_id, month
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    changes.month_start as month,
    count(case when changes.is_counted then 1 end) as changes,
    count(case when changes.change_type = 'role_change' then 1 end) as role_changes
from core.fct_org_changes as changes
inner join core.dim_customers as customers on changes.customer_id = customers.customer_id
where not customers.is_internal and changes.month_start < (select max(next_month_start) from core.dim_months)
group by 1, 2, 3
