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
        sum(login_days) as login_days
    from {{ ref('fct_user_months') }}
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
    {% for measure in [
        'active_users', 'weekly_active_users', 'active_user_days', 'active_user_weekdays',
        'value_events', 'login_days', 'registered_users',
    ] -%}
    cast(case when windows.has_users then coalesce({{ measure }}, 0) end as bigint)
        as {{ measure }},
    {% endfor -%}
    windows.counted_days,
    windows.counted_weekdays
from windows
left join active
    on windows.customer_id = active.customer_id and windows.month_start = active.month_start
left join registered
    on windows.customer_id = registered.customer_id and windows.month_start = registered.month_start
