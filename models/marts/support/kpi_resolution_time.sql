with tickets as (

    select
        *,
        {{ month_of(reporting_date('first_solved_at')) }} as month_start
    from {{ ref('fct_tickets') }}
    where first_solved_at is not null

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

measured as (

    select
        tickets.customer_id,
        tickets.month_start as period_start,
        tickets.month_start as segment_month,
        'all' as breakdown,
        {{ whole_seconds('tickets.first_solve_business_hours') }} as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        {{ whole_seconds('tickets.first_solve_business_hours_without_customer_wait') }}
            as without_customer_wait
    from tickets
    inner join customer_months
        on
            tickets.customer_id = customer_months.customer_id
            and tickets.month_start = customer_months.month_start

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
