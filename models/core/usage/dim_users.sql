with users as (

    select * from {{ ref('union_users') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

named as (

    {{ contacts_named_by('users') }}

),

-- An address that several contacts have had is nobody's.
addressees as (

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

),

-- Each id with the id that took its place; one that nothing describes takes nobody's.
hop_1 as (

    select
        users.source_system,
        users.user_id,
        coalesce(successors.user_id, users.user_id) as next_id
    from users
    left join users as successors
        on
            users.source_system = successors.source_system
            and users.merged_into_id = successors.user_id

),

{% for hop in (2, 3) -%}
-- Each round follows twice as far.
hop_{{ hop }} as (

    select
        near.source_system,
        near.user_id,
        far.next_id
    from hop_{{ hop - 1 }} as near
    inner join hop_{{ hop - 1 }} as far
        on near.source_system = far.source_system and near.next_id = far.user_id

),

{% endfor -%}
people as (

    select
        users.*,
        hop_3.next_id as person_id
    from users
    inner join hop_3
        on users.source_system = hop_3.source_system and users.user_id = hop_3.user_id

)

select
    people.source_system,
    people.user_id,
    people.person_id,
    people.source_customer_id,
    ids.customer_id,
    coalesce(named.contact_id, addressees.contact_id) as contact_id,
    {% for flag in ('is_internal', 'is_bot') -%}
    max(case when people.{{ flag }} then 1 else 0 end) over (
        partition by people.source_system, people.person_id
    ) = 1 as {{ flag }},
    {% endfor -%}
    min(people.created_at) over (
        partition by people.source_system, people.person_id
    ) as created_at
from people
inner join ids
    on
        people.source_system = ids.source_system
        and coalesce(people.source_customer_id, '(none)') = ids.source_customer_id
left join named
    on
        people.source_system = named.source_system
        and people.contact_id = named.source_contact_id
        and named.is_contact_known
left join addressees on people.email_key = addressees.email_key
