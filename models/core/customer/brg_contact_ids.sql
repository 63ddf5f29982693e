with contacts as (

    select
        source_system,
        contact_id,
        email_key,
        merged_into_id,
        {{ customer_authority('source_system') }} as authority,
        row_number() over (
            partition by source_system, contact_id order by valid_from desc
        ) as recency
    from {{ ref('union_contacts') }}

),

merges_1 as (

    select
        contacts.source_system,
        contacts.contact_id,
        coalesce(winners.contact_id, contacts.contact_id) as survivor_id
    from contacts
    left join contacts as winners
        on
            contacts.source_system = winners.source_system
            and contacts.merged_into_id = winners.contact_id
            and winners.recency = 1
    where contacts.recency = 1

),

{% for hop in (2, 3, 4) -%}
-- Each round follows merges twice as far.
merges_{{ hop }} as (

    select
        near.source_system,
        near.contact_id,
        far.survivor_id
    from merges_{{ hop - 1 }} as near
    inner join merges_{{ hop - 1 }} as far
        on near.source_system = far.source_system and near.survivor_id = far.contact_id

),

{% endfor -%}
-- Every address that a contact or one that was merged into it ever had.
addresses as (

    select distinct
        contacts.source_system,
        contacts.authority,
        contacts.email_key,
        merged.survivor_id
    from contacts
    inner join merges_4 as merged
        on
            contacts.source_system = merged.source_system
            and contacts.contact_id = merged.contact_id
    where contacts.email_key is not null

),

-- An address that two contacts of one system share is nobody's.
owners as (

    select
        source_system,
        authority,
        email_key,
        min(survivor_id) as owner_id
    from addresses
    group by source_system, authority, email_key
    having count(*) = 1

),

namesakes as (

    select
        addresses.source_system,
        addresses.survivor_id,
        owners.source_system as owner_system,
        owners.owner_id,
        row_number() over (
            partition by addresses.source_system, addresses.survivor_id
            order by owners.authority, owners.email_key
        ) as choice
    from addresses
    inner join owners as own
        on
            addresses.source_system = own.source_system
            and addresses.email_key = own.email_key
    inner join owners
        on
            addresses.email_key = owners.email_key
            and owners.authority < addresses.authority

),

resolved as (

    select
        merged.source_system,
        merged.contact_id as source_contact_id,
        coalesce(namesakes.owner_system, merged.source_system) as anchor_system,
        coalesce(namesakes.owner_id, merged.survivor_id) as anchor_id
    from merges_4 as merged
    left join namesakes
        on
            merged.source_system = namesakes.source_system
            and merged.survivor_id = namesakes.survivor_id
            and namesakes.choice = 1

)

select
    source_system,
    source_contact_id,
    {{ surrogate_key(['anchor_system', 'anchor_id']) }} as contact_id,
    anchor_system,
    anchor_id
from resolved
