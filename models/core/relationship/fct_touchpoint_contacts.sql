with links as (

    select * from {{ ref('union_touchpoint_contacts') }}

),

touchpoints as (

    select * from {{ ref('fct_touchpoints') }}

),

contacts as (

    {{ contacts_named_by('links') }}

)

-- Two records of one person are one guest.
select
    touchpoints.source_system,
    touchpoints.touchpoint_id,
    contacts.contact_id,
    contacts.is_contact_known,
    touchpoints.customer_id,
    touchpoints.touchpoint_type,
    touchpoints.is_automated,
    touchpoints.is_held and touchpoints.is_two_way as is_engagement,
    touchpoints.held_on
from links
inner join touchpoints
    on
        links.source_system = touchpoints.source_system
        and links.touchpoint_id = touchpoints.touchpoint_id
inner join contacts
    on
        links.source_system = contacts.source_system
        and links.contact_id = contacts.source_contact_id
group by
    touchpoints.source_system,
    touchpoints.touchpoint_id,
    contacts.contact_id,
    contacts.is_contact_known,
    touchpoints.customer_id,
    touchpoints.touchpoint_type,
    touchpoints.is_automated,
    touchpoints.is_held,
    touchpoints.is_two_way,
    touchpoints.held_on
