-- key: salesforce_account_id, stripe_customer_id, month
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    count(*) as posts,
    count(case when posts.kind = 'question' then 1 end) as questions,
    count(case when posts.is_answered_in_48_hours then 1 end) as answered_in_48_hours,
    count(case when posts.is_peer_answered_in_48_hours then 1 end) as peer_answered_in_48_hours
from core.fct_community_posts as posts
inner join core.dim_customers as customers on posts.customer_id = customers.customer_id
inner join core.dim_months as months on posts.occurred_at >= months.starts_at and posts.occurred_at < months.ends_at
where not posts.is_staff and not posts.is_bot
group by 1, 2, 3
