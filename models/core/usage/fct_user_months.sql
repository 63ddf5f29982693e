with windows as (

    select * from {{ ref('fct_usage_windows') }}

),

days as (

    select * from {{ ref('dim_days') }}

),

user_days as (

    select * from {{ ref('fct_user_days') }}

)

select
    windows.customer_id,
    windows.month_start,
    user_days.source_system,
    user_days.user_id,
    cast(count(*) as integer) as login_days,
    cast(count(case when user_days.value_events > 0 then 1 end) as integer) as active_days,
    cast(
        count(case when user_days.value_events > 0 and days.is_weekday then 1 end) as integer
    ) as active_weekdays,
    cast(sum(user_days.value_events) as bigint) as value_events,
    max(case when user_days.value_events > 0 then user_days.event_date end) as last_active_on,
    coalesce(
        max(case when user_days.value_events > 0 then user_days.event_date end)
        >= {{ add_days('windows.counted_until', -7) }},
        false
    ) as is_active_in_last_week
from windows
inner join days on windows.month_start = days.month_start and windows.counted_from <= days.day_date
inner join user_days
    on windows.customer_id = user_days.customer_id and days.day_date = user_days.event_date
group by
    windows.customer_id,
    windows.month_start,
    windows.counted_until,
    user_days.source_system,
    user_days.user_id
