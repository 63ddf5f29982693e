{%- set drivers = ['upsell', 'seat', 'cross_sell', 'price', 'usage'] -%}

with customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

outcomes as (

    select * from {{ ref('fct_prior_outcomes') }}

),

drivers as (

    select
        customer_id,
        {%- for driver in drivers %}
        sum(case when driver = '{{ driver }}' then expansion_mrr_amount end)
            as {{ driver }}_mrr_amount,
        {%- endfor %}
        month_start
    from {{ ref('fct_expansion_drivers') }}
    group by customer_id, month_start

),

-- Beside all customers those with an outcome of each type, and with none, once there are any.
grouped as (

    select
        customer_id,
        month_start,
        'all' as breakdown
    from customer_months
    union all
    select
        customer_months.customer_id,
        customer_months.month_start,
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
        customer_months.expansion_mrr_amount as numerator,
        cast(null as decimal(28, 6)) as denominator,
        1 as units,
        0 as n_pending,
        customer_months.opening_mrr_amount,
        {%- for driver in drivers %}
        drivers.{{ driver }}_mrr_amount,
        {%- endfor %}
        case when customer_months.movement = 'expansion' then 1 else 0 end as expanding
    from grouped
    inner join customer_months
        on
            grouped.customer_id = customer_months.customer_id
            and grouped.month_start = customer_months.month_start
    left join drivers
        on
            grouped.customer_id = drivers.customer_id
            and grouped.month_start = drivers.month_start

),

{% set extras = {
    'opening_mrr_amount': 'cast(sum(opening_mrr_amount) as decimal(28, 6))',
    'rate': 'cast(sum(numerator) / nullif(sum(opening_mrr_amount), 0) as double precision)',
    'expanding_customers': 'cast(sum(expanding) as bigint)',
} -%}
{% for driver in drivers -%}
{% set amount = driver ~ '_mrr_amount' -%}
{% do extras.update({amount: 'cast(coalesce(sum(' ~ amount ~ '), 0) as decimal(28, 6))'}) -%}
{% endfor -%}
{{ kpi_rows('expansion_revenue', value='sum(numerator)', extras=extras) }}

select * from kpi_rows
