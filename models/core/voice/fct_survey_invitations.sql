with invitations as (

    -- Where nobody records deliveries, what was sent was delivered.
    select
        *,
        max(case when delivered_at is null then 0 else 1 end) over (
            partition by source_system
        ) = 1 as has_deliveries
    from {{ ref('union_survey_invitations') }}

),

contacts as (

    {{ contacts_named_by('invitations') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

)

select
    invitations.source_system,
    invitations.invitation_id,
    invitations.survey_type,
    coalesce(invitations.wave, invitations.invitation_id) as wave,
    ids.customer_id,
    contacts.contact_id,
    contacts.is_contact_known,
    invitations.sent_at,
    case
        when invitations.has_deliveries then invitations.delivered_at
        else invitations.sent_at
    end as delivered_at,
    {{ dbt.dateadd('day', 30, 'coalesce(invitations.delivered_at, invitations.sent_at)') }}
        as closes_at
from invitations
inner join ids
    on
        invitations.source_system = ids.source_system
        and coalesce(invitations.source_customer_id, '(none)') = ids.source_customer_id
left join contacts
    on
        invitations.source_system = contacts.source_system
        and invitations.contact_id = contacts.source_contact_id
