with seat_months as (select * from {{ ref('fct_seat_months') }}),

-- Where no number was bought (unlimited, or nothing on file) there is nothing to divide by.
measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        active_seats as numerator,
        purchased_seats as denominator,
        1 as units,
        0 as n_pending,
        assigned_seats,
        activated_seats
    from seat_months
    where purchased_seats is not null
),

{{ kpi_rows(
    'license_utilization',
    counts=['assigned_seats', 'activated_seats'],
    ratios={'assigned_rate': ('assigned_seats', 'denominator')},
    extras={'is_nearly_full': '10 * sum(numerator) >= 9 * nullif(sum(denominator), 0)'}
) }}

select * from kpi_rows
