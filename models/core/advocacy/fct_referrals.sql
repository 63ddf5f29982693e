with ids as (

    select * from {{ ref('brg_customer_ids') }}

),

referrals as (

    select
        referrals.*,
        ids.customer_id
    from {{ ref('union_referrals') }} as referrals
    left join ids
        on
            referrals.source_system = ids.source_system
            and referrals.source_customer_id = ids.source_customer_id

),

-- What a customer is called itself: by the ids of its records and its contacts' addresses.
own_keys as (

    select
        customer_id,
        {{ lead_key('source_customer_id') }} as lead_key
    from ids
    union
    select
        ids.customer_id,
        contacts.email_key as lead_key
    from {{ ref('union_contacts') }} as contacts
    inner join ids
        on
            contacts.source_system = ids.source_system
            and contacts.source_customer_id = ids.source_customer_id
    where contacts.email_key is not null

),

judged as (

    select
        referrals.*,
        case
            when not referrals.is_valid then 'invalid'
            when own_keys.customer_id is not null then 'self'
            else 'counted'
        end as verdict
    from referrals
    left join own_keys
        on
            referrals.customer_id = own_keys.customer_id
            and referrals.lead_key = own_keys.lead_key

),

-- The first who refers a lead has it. It pays once, whoever's referral the date is on.
leads as (

    select
        *,
        row_number() over (
            partition by lead_key, verdict order by created_at, source_system, referral_id
        ) as turn,
        min(converted_at) over (partition by lead_key, verdict) as lead_converted_at,
        {{ dbt.dateadd('day', 90, 'created_at') }} as matured_at
    from judged

)

select
    source_system,
    referral_id,
    customer_id,
    referrer_type,
    lead_key,
    created_at,
    case when verdict = 'counted' and turn > 1 then 'duplicate' else verdict end as standing,
    case when verdict = 'counted' and turn = 1 then lead_converted_at end as converted_at,
    coalesce(
        verdict = 'counted' and turn = 1 and lead_converted_at <= matured_at, false
    ) as is_converted_in_time,
    matured_at
from leads
