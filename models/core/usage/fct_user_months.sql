with windows as (

    select * from {{ ref('fct_usage_windows') }}

),

days as (

    select * from {{ ref('dim_days') }}

),

active_days as (

    select * from {{ ref('fct_user_days') }}
    where value_events > 0

)

select
    windows.customer_id,
    windows.month_start,
    active_days.source_system,
    active_days.user_id,
    cast(count(*) as integer) as active_days,
    cast(count(case when days.is_weekday then 1 end) as integer) as active_weekdays,
    max(active_days.event_date) as last_active_on,
    max(active_days.event_date) >= {{ add_days('windows.counted_until', -7) }}
        as is_active_in_last_week
from windows
inner join active_days
    on
        windows.customer_id = active_days.customer_id
        and active_days.event_date >= windows.counted_from
        and active_days.event_date < windows.counted_until
inner join days on active_days.event_date = days.day_date
group by
    windows.customer_id,
    windows.month_start,
    windows.counted_until,
    active_days.source_system,
    active_days.user_id
