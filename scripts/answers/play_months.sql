-- key: salesforce_account_id, stripe_customer_id, month, kpi_id
with counted as (
    select
        customer_id,
        kpi_id,
        date_trunc('month', opened_at) as month,
        true as is_opened,
        false as is_closed,
        null as result,
        false as is_due,
        false as is_closed_by_due
    from core.fct_plays
    union all
    select customer_id, kpi_id, date_trunc('month', closed_at), false, true, result, false, false
    from core.fct_plays
    union all
    select customer_id, kpi_id, date_trunc('month', due_on), false, false, null, true, is_closed_by_due
    from core.fct_plays
    where not is_cancelled
)

select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    counted.month,
    counted.kpi_id,
    count_if(counted.is_opened) as opened,
    count_if(counted.is_closed) as closed,
    count_if(coalesce(counted.result, '') = 'cancelled') as cancelled,
    count_if(coalesce(counted.result, '') = 'resolved') as resolved,
    count_if(counted.is_due) as due,
    count_if(counted.is_closed_by_due) as closed_by_due
from counted
inner join core.dim_months as months on counted.month = months.month_start
inner join core.dim_customers as customers on counted.customer_id = customers.customer_id
group by all
