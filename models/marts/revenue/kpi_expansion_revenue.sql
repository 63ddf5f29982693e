{%- set drivers = ['upsell', 'seat', 'cross_sell', 'price', 'usage'] -%}
with customer_months as (select * from {{ ref('fct_customer_months') }}),

outcomes as (select * from {{ ref('fct_prior_outcomes') }}),

-- Beside all customers those with an outcome of each type, and with none, once there are any.
grouped as (
    select
        *,
        'all' as breakdown
    from customer_months
    union all
    select
        customer_months.*,
        coalesce(outcomes.outcome_type, 'none') as breakdown
    from customer_months
    left join outcomes
        on
            customer_months.customer_id = outcomes.customer_id
            and customer_months.month_start = outcomes.month_start
    where customer_months.month_start >= (select min(firsts.month_start) from outcomes as firsts)
),

measured as (
    select
        grouped.customer_id,
        grouped.month_start as period_start,
        grouped.month_start as segment_month,
        grouped.breakdown,
        grouped.expansion_mrr_amount as numerator,
        cast(null as decimal(28, 6)) as denominator,
        1 as units,
        0 as n_pending,
        grouped.opening_mrr_amount,
        {%- for driver in drivers %}
        coalesce(
            sum(case when drivers.driver = '{{ driver }}' then drivers.expansion_mrr_amount end), 0
        ) as {{ driver }}_mrr_amount,
        {%- endfor %}
        case when grouped.movement = 'expansion' then 1 else 0 end as expanding_customers
    from grouped
    left join {{ ref('fct_expansion_drivers') }} as drivers
        on grouped.customer_id = drivers.customer_id and grouped.month_start = drivers.month_start
    group by
        grouped.customer_id, grouped.month_start, grouped.breakdown, grouped.expansion_mrr_amount,
        grouped.opening_mrr_amount, grouped.movement
),

{{ kpi_rows(
    'expansion_revenue',
    value='sum(numerator)',
    counts=['expanding_customers'],
    amounts=[
        'opening_mrr_amount', 'upsell_mrr_amount', 'seat_mrr_amount', 'cross_sell_mrr_amount',
        'price_mrr_amount', 'usage_mrr_amount',
    ],
    ratios={'rate': ('numerator', 'opening_mrr_amount')}
) }}

select * from kpi_rows
