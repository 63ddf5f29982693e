with complaints as (
    select
        *,
        {{ month_of(reporting_date('received_at')) }} as month_start
    from {{ ref('fct_complaints') }}
),

customer_months as (select * from {{ ref('fct_customer_months') }}),

-- Before the first complaint nobody noted any; from its month on a customer without one has none.
measured as (
    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        customer_months.month_start as segment_month,
        'all' as breakdown,
        count(complaints.complaint_id) as numerator,
        cast(null as decimal(28, 6)) as denominator,
        1 as units,
        0 as n_pending,
        max(case when customer_months.is_active then 1 else 0 end) as is_active
    from customer_months
    left join complaints
        on
            customer_months.customer_id = complaints.customer_id
            and customer_months.month_start = complaints.month_start
    where customer_months.month_start >= (select min(firsts.month_start) from complaints as firsts)
    group by customer_months.customer_id, customer_months.month_start
),

{{ kpi_rows(
    'complaints_received',
    value='sum(numerator)',
    extras={'active_customers': 'cast(sum(is_active) as bigint)'}
) }}

select * from kpi_rows
