with contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}
    where row_status = 'accepted'

),

-- Without a field of the company's own, the last part in a deal says a contact's role.
parts as (

    select
        contact_id,
        case
            when lower(role) like '%decision maker%' then 'decision_maker'
            when lower(role) like '%buyer%' then 'decision_maker'
            when lower(role) = 'executive sponsor' then 'decision_maker'
            when lower(role) in ('champion', 'blocker') then lower(role)
            when lower(role) in ('influencer', 'evaluator') then 'influencer'
            when lower(role) in ('business user', 'end user') then 'end_user'
        end as buying_role,
        created_at,
        opportunity_contact_role_id
    from {{ ref('stg_salesforce__opportunity_contact_roles') }}
    where row_status = 'accepted'

),

last_parts as (

    select
        contact_id,
        buying_role,
        row_number() over (
            partition by contact_id order by created_at desc, opportunity_contact_role_id asc
        ) as recency
    from parts
    where buying_role is not null

),

-- A version lasts until the next; the first one stands for the time before the history began.
versions as (

    select
        *,
        row_number() over (partition by contact_id order by valid_from) as version,
        lead(valid_from) over (partition by contact_id order by valid_from) as next_valid_from
    from contacts

),

mapped as (

    select
        versions.*,
        last_parts.buying_role as part_in_deals
    from versions
    left join last_parts
        on versions.contact_id = last_parts.contact_id and last_parts.recency = 1

)

select
    contact_id,
    account_id as source_customer_id,
    {{ email_key('email') }} as email_key,
    coalesce(job_function, department) as function,
    coalesce(
        job_level,
        case
            when lower(title) like 'chief %' or lower(title) in ('ceo', 'cfo', 'coo', 'cto', 'cio')
                then 'executive'
            when lower(title) like 'vp %' or lower(title) like 'vice president%' then 'vp'
            when lower(title) like '%director%' or lower(title) like 'head of%' then 'director'
            when lower(title) like '%manager%' then 'manager'
        end
    ) as seniority,
    coalesce(is_champion, false) as is_champion,
    case
        when
            lower(buying_role) in (
                'decision_maker', 'champion', 'influencer', 'end_user', 'blocker'
            )
            then lower(buying_role)
        else part_in_deals
    end as buying_role,
    coalesce(has_left or is_deleted, false) as has_left,
    case when is_deleted then master_record_id end as merged_into_id,
    created_at,
    case when version = 1 then cast('1970-01-01' as timestamp) else valid_from end as valid_from,
    next_valid_from as valid_to
from mapped
