with customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

-- The cohort of a month is who had MRR at the end of the month a year before; who left since then counts with nothing.
measured as (

    select
        cohort.customer_id,
        months.month_start as period_start,
        cohort.month_start as segment_month,
        'all' as breakdown,
        coalesce(now.mrr_amount, 0) as numerator,
        cohort.mrr_amount as denominator,
        1 as units,
        0 as n_pending
    from customer_months as cohort
    inner join months on cohort.month_start = months.month_start_a_year_before
    left join customer_months as now
        on cohort.customer_id = now.customer_id and months.month_start = now.month_start
    where cohort.is_active

),

{{ kpi_rows('net_revenue_retention') }}

select * from kpi_rows
