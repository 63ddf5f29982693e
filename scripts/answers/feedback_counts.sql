-- key: salesforce_account_id, stripe_customer_id, month
-- Texts that customers wrote, by month of writing.
-- Customers that neither the CRM nor billing knows have no name to compare and are left out.
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    count(*) as texts
from core.fct_feedback_texts as texts
inner join core.dim_months as months
    on texts.created_at >= months.starts_at and texts.created_at < months.ends_at
inner join core.dim_customers as customers on texts.customer_id = customers.customer_id
where texts.author_type = 'customer' and customers.anchor_system in ('salesforce', 'stripe')
group by 1, 2, 3
