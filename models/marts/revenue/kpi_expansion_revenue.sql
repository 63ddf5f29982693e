with customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

{% set drivers = ['upsell', 'seat', 'cross_sell', 'price'] -%}
drivers as (

    select
        customer_id,
        month_start
        {%- for driver in drivers %},
        sum(
            case when driver = '{{ driver }}' then expansion_mrr_amount else 0 end
        ) as {{ driver }}_mrr_amount
        {%- endfor %}
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
        case when customer_months.movement = 'expansion' then 1 else 0 end as expanding
        {%- for driver in drivers %},
        coalesce(drivers.{{ driver }}_mrr_amount, 0) as {{ driver }}_mrr_amount
        {%- endfor %}
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
        'upsell_mrr_amount': 'cast(sum(upsell_mrr_amount) as decimal(28, 6))',
        'seat_mrr_amount': 'cast(sum(seat_mrr_amount) as decimal(28, 6))',
        'cross_sell_mrr_amount': 'cast(sum(cross_sell_mrr_amount) as decimal(28, 6))',
        'price_mrr_amount': 'cast(sum(price_mrr_amount) as decimal(28, 6))',
    }
) }}

select * from kpi_rows
