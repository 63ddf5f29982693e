select
    customer_months.customer_id,
    customer_months.month_start,
    cume_dist() over (partition by plans.month_start, plans.segment order by depth.value)
        as depth_rank,
    count(*) over (partition by plans.month_start, plans.segment) as plan_customers
from {{ ref('fct_customer_months') }} as customer_months
inner join {{ ref('kpi_product_usage_depth') }} as depth
    on
        depth.segment_type = 'customer'
        and customer_months.customer_id = depth.segment
        and customer_months.month_start = depth.period_start
inner join {{ ref('brg_customer_segments') }} as plans
    on
        plans.segment_type = 'plan'
        and plans.segment <> '(unknown)'
        and customer_months.customer_id = plans.customer_id
        and customer_months.month_start = plans.month_start
where customer_months.is_active and depth.value is not null
