-- key: salesforce_account_id, stripe_customer_id, month
with counted as (
    select
        customer_id,
        date_trunc('month', original_due_on) as month,
        not is_cancelled as is_due,
        is_on_time,
        achieved_at is not null as is_achieved,
        is_cancelled,
        is_redated,
        false as is_due_now,
        false as is_done_by_then
    from core.fct_milestones
    union all
    select customer_id, date_trunc('month', due_on), false, false, false, false, false, true, is_on_present_time
    from core.fct_milestones
    where not is_cancelled
)

select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    counted.month,
    count_if(counted.is_due) as due,
    count_if(counted.is_on_time) as achieved_on_time,
    count_if(counted.is_achieved) as achieved_ever,
    count_if(counted.is_cancelled) as cancelled,
    count_if(counted.is_redated) as redated,
    count_if(counted.is_due_now) as due_by_present_date,
    count_if(counted.is_done_by_then) as achieved_by_present_date
from counted
inner join core.dim_months as months on counted.month = months.month_start
inner join core.dim_customers as customers on counted.customer_id = customers.customer_id
group by all
