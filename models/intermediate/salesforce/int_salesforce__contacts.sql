with contacts as (

    select * from {{ ref('stg_salesforce__contacts') }}
    where row_status = 'accepted'

),

-- A version lasts until the next; the first one stands for the time before the history began.
versions as (

    select
        *,
        row_number() over (partition by contact_id order by valid_from) as version,
        lead(valid_from) over (partition by contact_id order by valid_from) as next_valid_from
    from contacts

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
    end as buying_role,
    coalesce(has_left or is_deleted, false) as has_left,
    case when is_deleted then master_record_id end as merged_into_id,
    created_at,
    case when version = 1 then cast('1970-01-01' as timestamp) else valid_from end as valid_from,
    next_valid_from as valid_to
from versions
