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

uses as (

    select
        event_days.event_date,
        event_days.source_system,
        event_days.user_id,
        coalesce(users.source_customer_id, event_days.source_customer_id, '(none)') as source_customer_id,
        coalesce(event_days.feature_id, meanings.feature_id) as feature_id,
        event_days.events
    from event_days
    left join users
        on event_days.source_system = users.source_system and event_days.user_id = users.user_id
    left join meanings on event_days.event_name = meanings.event_name
    where
        coalesce(event_days.feature_id, meanings.feature_id) is not null
        and not coalesce(users.is_internal, false)
        and not coalesce(users.is_bot, false)

)

select
    ids.customer_id,
    uses.source_system,
    uses.user_id,
    uses.feature_id,
    uses.event_date,
    cast(sum(uses.events) as bigint) as events
from uses
inner join ids
    on uses.source_system = ids.source_system and uses.source_customer_id = ids.source_customer_id
group by ids.customer_id, uses.source_system, uses.user_id, uses.feature_id, uses.event_date
