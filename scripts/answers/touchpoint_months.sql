-- key: salesforce_account_id, stripe_customer_id, month
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    touchpoints.month_start as month,
    count(case when touchpoints.is_counted then 1 end) as touches,
    count(case when touchpoints.is_held and touchpoints.is_two_way then 1 end) as two_way,
    count(case when touchpoints.is_held and not touchpoints.is_automated then 1 end) as human,
    count(case when touchpoints.status = 'no_show' then 1 end) as no_shows,
    count(case when touchpoints.is_qbr then 1 end) as qbrs,
    count(touchpoints.rating) as rated,
    count(case when touchpoints.rating >= 4 then 1 end) as rated_well,
    count(case when touchpoints.is_qbr and touchpoints.has_referral_intent is not null then 1 end) as intents_noted,
    count(case when touchpoints.is_qbr and touchpoints.has_referral_intent then 1 end) as intents
from core.fct_touchpoints as touchpoints
inner join core.dim_customers as customers on touchpoints.customer_id = customers.customer_id
where
    not customers.is_internal
    and touchpoints.month_start < (select max(next_month_start) from core.dim_months)
    and (touchpoints.is_held or touchpoints.status = 'no_show')
group by 1, 2, 3
