with spine as (

    select * from {{ ref('fct_recent_customer_days') }}
    where has_events

),

first_window as (

    select min(window_start) as first_day from {{ ref('dim_recent_days') }}

),

user_days as (

    select user_days.*
    from {{ ref('fct_user_days') }} as user_days
    inner join first_window on user_days.event_date >= first_window.first_day

),

-- A user's last active day in a window stands for the user: until the next one takes over.
active_days as (

    select
        customer_id,
        event_date,
        lead(event_date) over (
            partition by customer_id, source_system, user_id order by event_date
        ) as next_date
    from user_days
    where value_events > 0

),

active as (

    select
        spine.customer_id,
        spine.day_date,
        count(*) as active_users
    from spine
    inner join active_days as used
        on spine.customer_id = used.customer_id and {{ is_last_in_window('used', 'spine') }}
    group by spine.customer_id, spine.day_date

),

-- Value events are counted without those that programs sent.
uses as (

    select
        customer_id,
        event_date,
        case when value_events > 0 then 1 else 0 end as active_user_days,
        value_events
    from user_days
    union all
    select
        event_days.customer_id,
        event_days.event_date,
        0 as active_user_days,
        -event_days.events as value_events
    from {{ ref('fct_customer_event_days') }} as event_days
    inner join first_window on event_days.event_date >= first_window.first_day
    where
        event_days.client = 'api'
        and event_days.is_value_event
        and event_days.user_id is not null

),

used_days as (

    select
        customer_id,
        event_date,
        sum(active_user_days) as active_user_days,
        sum(value_events) as value_events
    from uses
    group by customer_id, event_date

),

used as (

    select
        spine.customer_id,
        spine.day_date,
        sum(used_days.active_user_days) as active_user_days,
        sum(used_days.value_events) as value_events
    from spine
    inner join used_days
        on
            spine.customer_id = used_days.customer_id
            and used_days.event_date >= spine.counted_from
            and used_days.event_date < spine.next_day
    group by spine.customer_id, spine.day_date

)

select
    spine.customer_id,
    spine.day_date,
    {% for measure in ('active_users', 'active_user_days', 'value_events') -%}
    cast(case when spine.has_users then coalesce({{ measure }}, 0) end as bigint)
        as {{ measure }},
    {% endfor -%}
    {{ dbt.datediff('spine.counted_from', 'spine.next_day', 'day') }}
        as counted_days
from spine
left join active on spine.customer_id = active.customer_id and spine.day_date = active.day_date
left join used on spine.customer_id = used.customer_id and spine.day_date = used.day_date
