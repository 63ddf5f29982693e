with users as (

    select * from {{ ref('union_users') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- An address that several contacts have had is nobody's.
contacts as (

    select
        contacts.email_key,
        min(contact_ids.contact_id) as contact_id
    from {{ ref('union_contacts') }} as contacts
    inner join {{ ref('brg_contact_ids') }} as contact_ids
        on
            contacts.source_system = contact_ids.source_system
            and contacts.contact_id = contact_ids.source_contact_id
    group by contacts.email_key
    having count(distinct contact_ids.contact_id) = 1

)

select
    users.source_system,
    users.user_id,
    ids.customer_id,
    coalesce(users.contact_id, contacts.contact_id) as contact_id,
    users.is_internal,
    users.is_bot,
    users.created_at
from users
inner join ids
    on
        users.source_system = ids.source_system
        and coalesce(users.source_customer_id, '(none)') = ids.source_customer_id
left join contacts on users.email_key = contacts.email_key
