with windows as (select * from {{ ref('fct_usage_windows') }}),

customer_months as (select * from {{ ref('fct_customer_usage_months') }}),

in_app as (
    select
        windows.customer_id,
        windows.month_start,
        sum(session_days.sessions) as sessions,
        sum(session_days.session_ms) as session_ms
    from windows
    inner join {{ ref('fct_session_days') }} as session_days
        on
            windows.customer_id = session_days.customer_id
            and session_days.event_date >= windows.counted_from
            and session_days.event_date < windows.counted_until
    group by windows.customer_id, windows.month_start
),

measured as (
    select
        customer_months.customer_id,
        customer_months.month_start as period_start,
        customer_months.month_start as segment_month,
        'all' as breakdown,
        coalesce(in_app.session_ms, 0) as numerator,
        customer_months.active_users as denominator,
        case when customer_months.active_users > 0 then 1 else 0 end as units,
        0 as n_pending,
        coalesce(in_app.sessions, 0) as sessions
    from customer_months
    left join in_app
        on
            customer_months.customer_id = in_app.customer_id
            and customer_months.month_start = in_app.month_start
    where customer_months.active_users is not null
),

{{ kpi_rows(
    'time_in_app',
    numerator='sum(numerator) / 60000.0',
    value='sum(numerator) / 60000.0 / nullif(sum(denominator), 0)',
    counts=['sessions'],
    extras={'minutes_per_session': 'sum(numerator) / 60000.0 / nullif(sum(sessions), 0)'}
) }}

select * from kpi_rows
