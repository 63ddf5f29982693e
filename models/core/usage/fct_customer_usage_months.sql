with windows as (

    select * from {{ ref('fct_usage_windows') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

users as (

    select * from {{ ref('dim_users') }}
    where not is_internal and not is_bot and user_id = person_id

),

active as (

    select
        customer_id,
        month_start,
        count(case when active_days > 0 then 1 end) as active_users,
        count(case when is_active_in_last_week then 1 end) as weekly_active_users,
        sum(active_days) as active_user_days,
        sum(active_weekdays) as active_user_weekdays,
        sum(value_events) as value_events,
        sum(login_days) as login_days,
        count(case when active_days = 1 then 1 end) as users_on_1_day,
        count(case when active_days between 2 and 3 then 1 end) as users_on_2_to_3_days,
        count(case when active_days between 4 and 7 then 1 end) as users_on_4_to_7_days,
        count(case when active_days between 8 and 14 then 1 end) as users_on_8_to_14_days,
        count(case when active_days between 15 and 21 then 1 end) as users_on_15_to_21_days,
        count(case when active_days >= 22 then 1 end) as users_on_22_or_more_days
    from {{ ref('fct_user_months') }}
    group by customer_id, month_start

),

-- Several features, each on several days, make a power user; who adopts a feature is active.
power as (

    select
        customer_id,
        month_start,
        count(*) as power_users
    from (
        select
            customer_id,
            month_start,
            source_system,
            user_id
        from {{ ref('fct_user_feature_months') }}
        where is_adopter and used_days >= 4
        group by customer_id, month_start, source_system, user_id
        having count(*) >= 4
    ) as regulars
    group by customer_id, month_start

),

programmed as (

    select
        windows.customer_id,
        windows.month_start,
        sum(event_days.events) as api_value_events
    from {{ ref('fct_customer_event_days') }} as event_days
    inner join windows
        on
            event_days.customer_id = windows.customer_id
            and event_days.event_date >= windows.counted_from
            and event_days.event_date < windows.counted_until
    where
        event_days.client = 'api'
        and event_days.is_value_event
        and event_days.user_id is not null
    group by windows.customer_id, windows.month_start

),

registered as (

    select
        users.customer_id,
        months.month_start,
        count(*) as registered_users
    from users
    inner join months on users.created_at < months.ends_at or users.created_at is null
    group by users.customer_id, months.month_start

)

select
    windows.customer_id,
    windows.month_start,
    {% for measure in [
        'active_users', 'weekly_active_users', 'active_user_days', 'active_user_weekdays',
        'value_events', 'api_value_events', 'login_days', 'power_users', 'registered_users',
        'users_on_1_day', 'users_on_2_to_3_days', 'users_on_4_to_7_days', 'users_on_8_to_14_days',
        'users_on_15_to_21_days', 'users_on_22_or_more_days',
    ] -%}
    cast(case when windows.has_users then coalesce({{ measure }}, 0) end as bigint)
        as {{ measure }},
    {% endfor -%}
    windows.counted_days,
    windows.counted_weekdays
from windows
left join active
    on windows.customer_id = active.customer_id and windows.month_start = active.month_start
left join power
    on windows.customer_id = power.customer_id and windows.month_start = power.month_start
left join programmed
    on windows.customer_id = programmed.customer_id and windows.month_start = programmed.month_start
left join registered
    on windows.customer_id = registered.customer_id and windows.month_start = registered.month_start
