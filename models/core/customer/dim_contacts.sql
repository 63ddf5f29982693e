with contacts as (

    select * from {{ ref('union_contacts') }}

),

ids as (

    select * from {{ ref('brg_contact_ids') }}

),

customer_ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- What a contact is, is read from its anchor record alone; a version in which it has left is none.
versions as (

    select
        ids.contact_id,
        customer_ids.customer_id,
        contacts.function,
        contacts.seniority,
        contacts.is_champion,
        contacts.buying_role,
        contacts.created_at,
        contacts.valid_from,
        contacts.valid_to,
        contacts.valid_to is null as is_current
    from contacts
    inner join ids
        on
            contacts.source_system = ids.source_system
            and contacts.contact_id = ids.source_contact_id
            and ids.source_system = ids.anchor_system
            and ids.source_contact_id = ids.anchor_id
    left join customer_ids
        on
            contacts.source_system = customer_ids.source_system
            and contacts.source_customer_id = customer_ids.source_customer_id
    where not contacts.has_left

)

select * from versions
