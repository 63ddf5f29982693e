-- key: salesforce_account_id, stripe_customer_id, month, channel
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    messages.channel,
    count(case when messages.matured_at <= months.as_of then 1 end) as sent,
    count(case when messages.matured_at <= months.as_of and messages.is_bounced then 1 end) as bounced,
    count(case when messages.matured_at <= months.as_of and messages.is_opened then 1 end) as opened,
    count(case when messages.matured_at <= months.as_of and messages.is_clicked then 1 end) as clicked,
    count(case when messages.matured_at > months.as_of then 1 end) as pending
from core.fct_messages as messages
inner join core.dim_customers as customers on messages.customer_id = customers.customer_id
inner join core.dim_months as months on messages.sent_at >= months.starts_at and messages.sent_at < months.ends_at
group by 1, 2, 3, 4
