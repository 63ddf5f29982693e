-- key: salesforce_account_id, stripe_customer_id, month
-- Texts that customers wrote, by month of writing; complaints by the month of their first record.
-- Customers that neither the CRM nor billing knows have no name to compare and are left out.
with things as (
    select customer_id, created_at as happened_at, 'text' as thing from core.fct_feedback_texts
    where author_type = 'customer'
    union all
    select customer_id, received_at as happened_at, 'complaint' as thing from core.fct_complaints
)
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    count(case when thing = 'text' then 1 end) as texts,
    count(case when thing = 'complaint' then 1 end) as complaints
from things
inner join core.dim_months as months
    on things.happened_at >= months.starts_at and things.happened_at < months.ends_at
inner join core.dim_customers as customers on things.customer_id = customers.customer_id
where customers.anchor_system in ('salesforce', 'stripe')
group by 1, 2, 3
