with asks as (

    select * from {{ ref('union_intro_asks') }}

),

contacts as (

    {{ contacts_named_by('asks') }}

),

resolved as (

    select
        asks.source_system,
        asks.ask_id,
        ids.customer_id,
        contacts.contact_id,
        asks.party_type,
        asks.asked_at,
        asks.outcome
    from asks
    left join {{ ref('brg_customer_ids') }} as ids
        on
            asks.source_system = ids.source_system
            and asks.source_customer_id = ids.source_customer_id
    left join contacts
        on
            asks.source_system = contacts.source_system
            and asks.contact_id = contacts.source_contact_id

),

spaced as (

    select
        *,
        lag(asked_at) over (
            partition by contact_id order by asked_at, source_system, ask_id
        ) as asked_before_at
    from resolved

)

select
    source_system,
    ask_id,
    customer_id,
    contact_id,
    party_type,
    asked_at,
    outcome,
    contact_id is not null
    and coalesce(asked_at <= {{ dbt.dateadd('day', 90, 'asked_before_at') }}, false) as is_repeat
from spaced
