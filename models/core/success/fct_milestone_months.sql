with milestones as (

    select * from {{ ref('fct_milestones') }}
    where not is_cancelled

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

months as (

    select * from {{ ref('dim_months') }}

)

select
    customer_months.customer_id,
    customer_months.month_start,
    count(*) as due_milestones,
    count(case when milestones.achieved_at < months.ends_at then 1 end) as achieved_milestones
from customer_months
inner join months on customer_months.month_start = months.month_start
inner join milestones
    on
        customer_months.customer_id = milestones.customer_id
        and milestones.original_due_on < months.next_month_start
group by customer_months.customer_id, customer_months.month_start
