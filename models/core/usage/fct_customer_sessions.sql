with sessions as (

    select * from {{ ref('fct_event_sessions') }}

),

users as (

    select * from {{ ref('dim_users') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

)

select
    ids.customer_id,
    sessions.source_system,
    coalesce(users.person_id, sessions.user_id) as user_id,
    sessions.event_date,
    sessions.started_at,
    sessions.ended_at
from sessions
left join users
    on sessions.source_system = users.source_system and sessions.user_id = users.user_id
inner join ids
    on
        sessions.source_system = ids.source_system
        and coalesce(sessions.source_customer_id, users.source_customer_id, '(none)')
        = ids.source_customer_id
where
    sessions.user_id is not null
    and not sessions.is_program
    and not coalesce(users.is_internal or users.is_bot, false)
