with windows as (

    select * from {{ ref('fct_usage_windows') }}

),

days as (

    select * from {{ ref('dim_days') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

active_days as (

    select * from {{ ref('fct_user_days') }} where value_events > 0

),

users as (

    select * from {{ ref('dim_users') }} where not is_internal and not is_bot

),

active_user_months as (

    select
        windows.customer_id,
        windows.month_start,
        active_days.source_system,
        active_days.user_id,
        count(*) as active_days,
        sum(case when days.is_weekday then 1 else 0 end) as active_weekdays,
        max(case when active_days.event_date >= {{ add_days('windows.counted_until', -7) }} then 1 else 0 end) as is_active_in_last_week
    from windows
    inner join active_days
        on
            windows.customer_id = active_days.customer_id
            and active_days.event_date >= windows.counted_from
            and active_days.event_date < windows.counted_until
    inner join days on active_days.event_date = days.day_date
    group by windows.customer_id, windows.month_start, active_days.source_system, active_days.user_id

),

active as (

    select
        customer_id,
        month_start,
        count(*) as active_users,
        sum(is_active_in_last_week) as weekly_active_users,
        sum(active_days) as active_user_days,
        sum(active_weekdays) as active_user_weekdays
    from active_user_months
    group by customer_id, month_start

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
    windows.counted_days,
    windows.counted_weekdays
    {%- for measure in ('active_users', 'weekly_active_users', 'active_user_days', 'active_user_weekdays', 'registered_users') %},
    cast(case when windows.has_users then coalesce({{ measure }}, 0) end as bigint) as {{ measure }}
    {%- endfor %}
from windows
left join active on windows.customer_id = active.customer_id and windows.month_start = active.month_start
left join registered on windows.customer_id = registered.customer_id and windows.month_start = registered.month_start
