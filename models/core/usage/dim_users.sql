with users as (

    select * from {{ ref('union_users') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

)

select
    users.source_system,
    users.user_id,
    ids.customer_id,
    users.contact_id,
    users.is_internal,
    users.is_bot,
    users.created_at
from users
inner join ids
    on
        users.source_system = ids.source_system
        and coalesce(users.source_customer_id, '(none)') = ids.source_customer_id
