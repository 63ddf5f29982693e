with acts as (

    select * from {{ ref('union_advocacy_acts') }}

),

contacts as (

    {{ contacts_named_by('acts') }}

)

select
    acts.source_system,
    acts.act_id,
    ids.customer_id,
    contacts.contact_id,
    acts.kind,
    acts.occurred_at
from acts
inner join {{ ref('brg_customer_ids') }} as ids
    on
        acts.source_system = ids.source_system
        and acts.source_customer_id = ids.source_customer_id
left join contacts
    on
        acts.source_system = contacts.source_system
        and acts.contact_id = contacts.source_contact_id
