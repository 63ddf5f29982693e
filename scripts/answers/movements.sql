-- key: salesforce_account_id, stripe_customer_id, month
-- within: opening 0.005, new 0.005, reactivation 0.005, expansion 0.005, contraction 0.005, churn 0.005, closing 0.005, upsell 0.005, seat 0.005, cross_sell 0.005, price 0.005
with first_months as (
    select customer_id, min(month_start) as month_start from core.fct_customer_months where is_active group by customer_id
),

drivers as (
    select
        customer_id,
        month_start,
        sum(case when driver = 'upsell' then expansion_mrr_amount end) as upsell,
        sum(case when driver = 'seat' then expansion_mrr_amount end) as seat,
        sum(case when driver = 'cross_sell' then expansion_mrr_amount end) as cross_sell,
        sum(case when driver = 'price' then expansion_mrr_amount end) as price
    from core.fct_expansion_drivers
    group by customer_id, month_start
)

select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    months.month_start as month,
    coalesce(moves.opening_mrr_amount, 0) as opening,
    coalesce(moves.new_mrr_amount, 0) as new,
    coalesce(moves.reactivation_mrr_amount, 0) as reactivation,
    coalesce(moves.expansion_mrr_amount, 0) as expansion,
    coalesce(moves.contraction_mrr_amount, 0) as contraction,
    coalesce(moves.churn_mrr_amount, 0) as churn,
    coalesce(moves.mrr_amount, 0) as closing,
    coalesce(moves.movement_reason, '') as reason,
    coalesce(drivers.upsell, 0) as upsell,
    coalesce(drivers.seat, 0) as seat,
    coalesce(drivers.cross_sell, 0) as cross_sell,
    coalesce(drivers.price, 0) as price
from first_months
inner join core.dim_months as months on first_months.month_start <= months.month_start
inner join core.dim_customers as customers on first_months.customer_id = customers.customer_id
left join core.fct_customer_months as moves
    on first_months.customer_id = moves.customer_id and months.month_start = moves.month_start
left join drivers on first_months.customer_id = drivers.customer_id and months.month_start = drivers.month_start
