with customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

measured as (

    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        mrr_amount as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending
    from customer_months
    where is_active

),

{{ kpi_rows(
    'average_revenue_per_account',
    extras={
        'annual_value': 'cast(12 * sum(numerator) / nullif(sum(denominator), 0) as double precision)',
    }
) }}

select * from kpi_rows
