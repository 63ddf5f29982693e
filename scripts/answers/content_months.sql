-- key: salesforce_account_id, stripe_customer_id, month
-- Readings of customers that neither the CRM nor billing knows have no name to compare and are left out.
with things as (
    select
        customer_id,
        first_at as happened_at,
        case when is_read then 1 else 0 end as article_reads,
        case when kind = 'webinar' then 1 else 0 end as webinars_attended,
        0 as walkthroughs_started,
        0 as walkthroughs_watched,
        0 as walkthroughs_completed,
        0 as walkthroughs_pending
    from core.fct_content_days
    where is_read or kind = 'webinar'
    union all
    select
        walkthroughs.customer_id,
        walkthroughs.started_at,
        0,
        0,
        case when walkthroughs.matured_at <= build.as_of then 1 else 0 end,
        case when walkthroughs.matured_at <= build.as_of and walkthroughs.is_watched then 1 else 0 end,
        case when walkthroughs.matured_at <= build.as_of and walkthroughs.is_completed then 1 else 0 end,
        case when walkthroughs.matured_at > build.as_of then 1 else 0 end
    from core.fct_walkthroughs as walkthroughs
    cross join quality.build as build
)

select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    sum(things.article_reads) as article_reads,
    sum(things.webinars_attended) as webinars_attended,
    sum(things.walkthroughs_started) as walkthroughs_started,
    sum(things.walkthroughs_watched) as walkthroughs_watched,
    sum(things.walkthroughs_completed) as walkthroughs_completed,
    sum(things.walkthroughs_pending) as walkthroughs_pending
from things
inner join core.dim_customers as customers on things.customer_id = customers.customer_id
inner join core.dim_months as months on things.happened_at >= months.starts_at and things.happened_at < months.ends_at
where customers.anchor_system in ('salesforce', 'stripe')
group by 1, 2, 3
