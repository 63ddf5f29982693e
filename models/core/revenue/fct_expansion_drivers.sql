with expansions as (

    select
        customer_months.customer_id,
        customer_months.month_start,
        months.previous_month_start,
        customer_months.expansion_mrr_amount
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('dim_months') }} as months on customer_months.month_start = months.month_start
    where customer_months.movement = 'expansion'

),

products as (

    select
        customer_id,
        month_start,
        coalesce(product_id, '(none)') as product_id,
        sum(mrr_amount) as mrr_amount,
        sum(mrr_amount + next_fx_amount) as mrr_at_next_rates_amount,
        sum(quantity) as quantity,
        min(plan_id) as first_plan_id,
        max(plan_id) as last_plan_id,
        max(case when standing = 'usage' then 1 else 0 end) as is_usage,
        max(case when is_price_uplift then 1 else 0 end) as has_price_uplift
    from {{ ref('fct_item_months') }}
    group by customer_id, month_start, coalesce(product_id, '(none)')

),

grown as (

    select
        expansions.customer_id,
        expansions.month_start,
        expansions.expansion_mrr_amount,
        closing.mrr_amount - coalesce(opening.mrr_at_next_rates_amount, 0) as growth_amount,
        case
            when closing.is_usage = 1 then 'usage'
            when opening.customer_id is null then 'cross_sell'
            when
                closing.first_plan_id <> opening.first_plan_id
                or closing.last_plan_id <> opening.last_plan_id
                then 'upsell'
            when closing.quantity > opening.quantity and closing.has_price_uplift = 0 then 'seat'
            else 'price'
        end as driver
    from expansions
    inner join products as closing
        on
            expansions.customer_id = closing.customer_id
            and expansions.month_start = closing.month_start
    left join products as opening
        on
            expansions.customer_id = opening.customer_id
            and expansions.previous_month_start = opening.month_start
            and closing.product_id = opening.product_id
    where closing.mrr_amount > coalesce(opening.mrr_at_next_rates_amount, 0)

),

-- What grew is scaled to the net, so that a customer's drivers add up to its expansion.
scaled as (

    select
        customer_id,
        month_start,
        driver,
        expansion_mrr_amount * growth_amount
        / sum(growth_amount) over (partition by customer_id, month_start) as expansion_mrr_amount
    from grown

)

select
    customer_id,
    month_start,
    driver,
    cast(sum(expansion_mrr_amount) as decimal(28, 6)) as expansion_mrr_amount
from scaled
group by customer_id, month_start, driver
