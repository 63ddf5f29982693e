with customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

drivers as (

    select
        customer_id,
        month_start,
        sum(case when driver = 'upsell' then expansion_mrr_amount end) as upsell_mrr_amount,
        sum(case when driver = 'seat' then expansion_mrr_amount end) as seat_mrr_amount,
        sum(case when driver = 'cross_sell' then expansion_mrr_amount end) as cross_sell_mrr_amount,
        sum(case when driver = 'price' then expansion_mrr_amount end) as price_mrr_amount,
        sum(case when driver = 'usage' then expansion_mrr_amount end) as usage_mrr_amount
    from {{ ref('fct_expansion_drivers') }}
    group by customer_id, month_start

),

measured as (

    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        customer_months.month_start as segment_month,
        'all' as breakdown,
        customer_months.expansion_mrr_amount as numerator,
        cast(null as decimal(28, 6)) as denominator,
        1 as units,
        0 as n_pending,
        customer_months.opening_mrr_amount,
        case when customer_months.movement = 'expansion' then 1 else 0 end as expanding,
        drivers.upsell_mrr_amount,
        drivers.seat_mrr_amount,
        drivers.cross_sell_mrr_amount,
        drivers.price_mrr_amount,
        drivers.usage_mrr_amount
    from customer_months
    left join drivers
        on
            customer_months.customer_id = drivers.customer_id
            and customer_months.month_start = drivers.month_start

),

{{ kpi_rows(
    'expansion_revenue',
    value='sum(numerator)',
    extras={
        'opening_mrr_amount': 'cast(sum(opening_mrr_amount) as decimal(28, 6))',
        'expanding_customers': 'cast(sum(expanding) as bigint)',
        'upsell_mrr_amount': 'cast(coalesce(sum(upsell_mrr_amount), 0) as decimal(28, 6))',
        'seat_mrr_amount': 'cast(coalesce(sum(seat_mrr_amount), 0) as decimal(28, 6))',
        'cross_sell_mrr_amount': 'cast(coalesce(sum(cross_sell_mrr_amount), 0) as decimal(28, 6))',
        'price_mrr_amount': 'cast(coalesce(sum(price_mrr_amount), 0) as decimal(28, 6))',
        'usage_mrr_amount': 'cast(coalesce(sum(usage_mrr_amount), 0) as decimal(28, 6))',
    }
) }}

select * from kpi_rows
