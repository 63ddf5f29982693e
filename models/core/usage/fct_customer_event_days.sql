with event_days as (

    select * from {{ ref('fct_event_days') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

meanings as (

    select * from {{ ref('product_events') }}

),

-- An event belongs to the customer that it names, else to its user's. R9 leaves out staff and bots;
-- a user that no source describes counts as a customer's, one with several ids as one.
used as (

    select
        event_days.event_date,
        event_days.source_system,
        coalesce(event_days.source_customer_id, users.source_customer_id, '(none)')
            as source_customer_id,
        coalesce(users.person_id, event_days.user_id) as user_id,
        event_days.event_name,
        event_days.client,
        coalesce(event_days.feature_id, meanings.feature_id) as feature_id,
        coalesce(event_days.is_value_event, meanings.is_value_event, false) as is_value_event,
        event_days.events
    from event_days
    left join users
        on event_days.source_system = users.source_system and event_days.user_id = users.user_id
    left join meanings on event_days.event_name = meanings.event_name
    where not coalesce(users.is_internal or users.is_bot, false)

)

select
    ids.customer_id,
    used.source_system,
    used.user_id,
    used.event_date,
    used.event_name,
    used.client,
    used.feature_id,
    used.is_value_event,
    used.events
from used
inner join ids
    on used.source_system = ids.source_system and used.source_customer_id = ids.source_customer_id
