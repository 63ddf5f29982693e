with changes as (

    select * from {{ ref('union_org_changes') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

contacts as (

    {{ contacts_named_by('changes') }}

)

select
    changes.source_system,
    changes.org_change_id,
    ids.customer_id,
    contacts.contact_id,
    changes.change_type,
    changes.change_type <> 'role_change' as is_counted,
    {{ month_of(reporting_date('changes.detected_at')) }} as month_start,
    {{ reporting_date('changes.detected_at') }} as detected_on,
    changes.resolved_at
from changes
inner join ids
    on
        changes.source_system = ids.source_system
        and coalesce(changes.source_customer_id, '(none)') = ids.source_customer_id
left join contacts
    on
        changes.source_system = contacts.source_system
        and changes.contact_id = contacts.source_contact_id
