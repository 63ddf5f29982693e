with customer_months as (

    select * from {{ ref('fct_customer_usage_months') }}

),

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
        cast(active_user_days as double precision) / counted_days as daily_active_users,
        cast(active_user_weekdays as double precision) / nullif(counted_weekdays, 0)
            as weekday_active_users,
        case when counted_weekdays > 0 then active_users end as active_users_with_weekdays
    from customer_months
    where active_users is not null

),

{{ kpi_rows(
    'active_users',
    value='sum(numerator)',
    extras={
        'weekly_active_users': 'cast(sum(weekly_active_users) as bigint)',
        'daily_active_users': 'sum(daily_active_users)',
        'weekday_stickiness':
            'sum(weekday_active_users) / nullif(sum(active_users_with_weekdays), 0)',
        'registered_users': 'cast(sum(registered_users) as bigint)',
    }
) }}

select * from kpi_rows
