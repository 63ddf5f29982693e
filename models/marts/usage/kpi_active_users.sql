with customer_months as (select * from {{ ref('fct_customer_usage_months') }}),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        active_users as numerator,
        cast(null as bigint) as denominator,
        1 as units,
        0 as n_pending,
        weekly_active_users,
        registered_users,
        cast(1.0 * active_user_days / counted_days as decimal(38, 18)) as daily_active_users,
        cast(1.0 * active_user_weekdays / nullif(counted_weekdays, 0) as decimal(38, 18))
            as weekday_active_users,
        case when counted_weekdays > 0 then active_users end as active_users_with_weekdays
    from customer_months
    where active_users is not null
),

{{ kpi_rows(
    'active_users',
    value='sum(numerator)',
    counts=['weekly_active_users', 'registered_users'],
    extras={
        'daily_active_users': 'cast(sum(daily_active_users) as double precision)',
        'weekday_stickiness':
            'cast(sum(weekday_active_users) as double precision)'
            ' / nullif(sum(active_users_with_weekdays), 0)',
    }
) }}

select * from kpi_rows
