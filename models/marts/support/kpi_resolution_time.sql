with {{ kpi_tickets('first_solved_at') }},

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        {{ whole_seconds('first_solve_business_hours') }} as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        {{ whole_seconds('first_solve_business_hours_without_customer_wait') }}
            as without_customer_wait
    from filed_tickets
),

{{ kpi_rows(
    'resolution_time',
    numerator='sum(numerator) / 3600.0',
    value=percentile('numerator') ~ ' / 3600.0',
    extras={
        'mean_hours': 'cast(avg(numerator) / 3600.0 as double precision)',
        'p90_hours': 'cast(' ~ percentile('numerator', 0.9) ~ ' / 3600.0 as double precision)',
        'median_hours_without_customer_wait':
            'cast(' ~ percentile('without_customer_wait') ~ ' / 3600.0 as double precision)',
    }
) }}

select * from kpi_rows
