with events as (

    select * from {{ ref('union_content_events') }}

),

-- A file may name people by the ids of the one other system that knows them.
users as (

    select
        *,
        count(*) over (partition by user_id) = 1 as is_only_one
    from {{ ref('dim_users') }}

),

contact_ids as (

    select
        *,
        count(*) over (partition by source_contact_id) = 1 as is_only_one
    from {{ ref('brg_contact_ids') }}

),

contacts as (

    select * from {{ ref('dim_contacts') }}

),

customer_ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- R9 leaves out staff and bots; a user that no source describes counts as a customer's.
named as (

    select
        events.*,
        coalesce(users.source_system, events.source_system) as user_system,
        coalesce(users.person_id, events.user_id) as person_id,
        coalesce(users.contact_id, contact_ids.contact_id) as person_contact_id,
        coalesce(
            customers.customer_id, users.customer_id, contacts.customer_id, nobody.customer_id
        ) as customer_id
    from events
    left join users
        on
            events.user_id = users.user_id
            and (events.source_system = users.source_system or users.is_only_one)
    left join contact_ids
        on
            events.contact_id = contact_ids.source_contact_id
            and (events.source_system = contact_ids.source_system or contact_ids.is_only_one)
    left join contacts
        on
            contact_ids.contact_id = contacts.contact_id
            and contacts.valid_from <= events.occurred_at
            and (contacts.valid_to is null or events.occurred_at < contacts.valid_to)
    left join customer_ids as customers
        on
            events.source_system = customers.source_system
            and events.source_customer_id = customers.source_customer_id
    left join customer_ids as nobody
        on events.source_system = nobody.source_system and nobody.source_customer_id = '(none)'
    where not coalesce(users.is_internal or users.is_bot, false)

)

select
    source_system,
    customer_id,
    user_system,
    person_id as user_id,
    person_contact_id as contact_id,
    content_id,
    kind,
    {{ reporting_date('occurred_at') }} as event_date,
    min(occurred_at) as first_at,
    min(case when progress >= 0.5 then occurred_at end) as half_seen_at,
    min(case when progress >= 0.9 then occurred_at end) as completed_at,
    coalesce(kind = 'article' and person_id is not null and max(dwell_seconds) >= 10, false)
        as is_read
from named
group by
    source_system,
    customer_id,
    user_system,
    person_id,
    person_contact_id,
    content_id,
    kind,
    {{ reporting_date('occurred_at') }}
