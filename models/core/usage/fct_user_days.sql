with event_days as (

    select * from {{ ref('fct_event_days') }}

),

users as (

    select * from {{ ref('union_users') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

meanings as (

    select * from {{ ref('product_events') }}

),

-- R9 leaves out staff and bots; a user that no source describes counts as a customer's.
by_user as (

    select
        event_days.event_date,
        event_days.source_system,
        event_days.user_id,
        coalesce(users.source_customer_id, event_days.source_customer_id, '(none)') as source_customer_id,
        coalesce(event_days.is_value_event, meanings.is_value_event, false) as is_value_event,
        event_days.client,
        event_days.events,
        event_days.first_occurred_at,
        event_days.last_occurred_at
    from event_days
    left join users
        on event_days.source_system = users.source_system and event_days.user_id = users.user_id
    left join meanings on event_days.event_name = meanings.event_name
    where
        event_days.user_id is not null
        and not coalesce(users.is_internal, false)
        and not coalesce(users.is_bot, false)

)

select
    ids.customer_id,
    by_user.source_system,
    by_user.user_id,
    by_user.event_date,
    cast(sum(by_user.events) as bigint) as events,
    cast(sum(case when by_user.is_value_event then by_user.events else 0 end) as bigint) as value_events,
    min(by_user.first_occurred_at) as first_occurred_at,
    max(by_user.last_occurred_at) as last_occurred_at
from by_user
inner join ids
    on by_user.source_system = ids.source_system and by_user.source_customer_id = ids.source_customer_id
group by ids.customer_id, by_user.source_system, by_user.user_id, by_user.event_date
