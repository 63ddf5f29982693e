with customer_months as (select * from {{ ref('fct_customer_months') }}),

seat_months as (select * from {{ ref('fct_seat_months') }}),

measured as (
    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        customer_months.month_start as segment_month,
        'all' as breakdown,
        customer_months.mrr_amount as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        seat_months.assigned_seats,
        case when seat_months.customer_id is not null then customer_months.mrr_amount end
            as mrr_of_seats_amount
    from customer_months
    left join seat_months
        on
            customer_months.customer_id = seat_months.customer_id
            and customer_months.month_start = seat_months.month_start
    where customer_months.is_active
),

{{ kpi_rows(
    'average_revenue_per_account',
    counts=['assigned_seats'],
    ratios={'arpu': ('mrr_of_seats_amount', 'assigned_seats')},
    extras={
        'annual_value': 'cast(12 * sum(numerator) / nullif(sum(denominator), 0) as double precision)',
    }
) }}

select * from kpi_rows
