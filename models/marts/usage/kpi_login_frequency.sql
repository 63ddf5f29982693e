with seat_months as (select * from {{ ref('fct_seat_months') }}),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        login_days as numerator,
        assigned_seats as denominator,
        1 as units,
        0 as n_pending,
        active_seats
    from seat_months
    where assigned_seats > 0
),

{{ kpi_rows(
    'login_frequency',
    counts=['active_seats'],
    ratios={'login_days_per_active_user': ('numerator', 'active_seats')}
) }}

select * from kpi_rows
