-- key: salesforce_account_id, stripe_customer_id, month
-- within: benefit_usd 0.01, cost_usd 0.01
with counted as (
    select
        customer_id,
        date_trunc('month', target_date) as month,
        not is_cancelled as is_due,
        is_reached and not is_cancelled as is_reached,
        is_achieved and not is_cancelled as is_achieved,
        not is_due and not is_cancelled as is_pending,
        false as is_verified,
        0 as benefit,
        0 as cost
    from core.fct_outcomes
    union all
    select
        customer_id, date_trunc('month', verified_at), false, false, false, false, true,
        annual_benefit_amount, coalesce(internal_cost_amount, 0)
    from core.fct_outcomes
    where verified_at is not null and not is_cancelled
)

select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    counted.month,
    count_if(counted.is_due) as due,
    count_if(counted.is_reached) as reached,
    count_if(counted.is_achieved) as verified_on_time,
    count_if(counted.is_pending) as pending,
    count_if(counted.is_verified) as verified,
    cast(sum(counted.benefit) as double) as benefit_usd,
    cast(sum(counted.cost) as double) as cost_usd
from counted
inner join core.dim_months as months on counted.month = months.month_start
inner join core.dim_customers as customers on counted.customer_id = customers.customer_id
group by all
