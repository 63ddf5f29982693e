with tasks as (

    select
        *,
        coalesce(completed_at, {{ utc_start_of('due_on') }}) as done_at,
        case
            when lower(task_subtype) = 'call' or lower(task_type) = 'call' then 'call'
            when
                lower(task_subtype) in ('email', 'listemail') or lower(task_type) = 'email'
                then 'email'
        end as touchpoint_type,
        case
            when lower(status) like 'cancel%' then 'cancelled'
            when not coalesce(is_closed, lower(status) = 'completed') then 'planned'
            when
                lower(call_disposition) like 'no answer%'
                or lower(call_disposition) like '%voicemail%'
                or lower(call_disposition) like 'no show%'
                or lower(call_disposition) in ('busy', 'wrong number', 'left message')
                then 'no_show'
            else 'held'
        end as touchpoint_status
    from {{ ref('stg_salesforce__tasks') }}
    where row_status = 'accepted' and account_id is not null

),

-- The pattern of a series and a guest's copy are no further meetings.
events as (

    select
        *,
        case
            when lower(event_type) like '%qbr%' or lower(subject) like '%qbr%' then 'qbr'
            when lower(subject) like '%business review%' then 'qbr'
            when lower(event_type) in ('training', 'onboarding') then 'training'
            when lower(event_type) = 'call' then 'call'
            else 'meeting'
        end as touchpoint_type,
        case
            when is_no_show then 'no_show'
            when lower(subject) like 'canceled:%' or lower(subject) like 'cancelled:%'
                then 'cancelled'
            else 'held'
        end as touchpoint_status
    from {{ ref('stg_salesforce__events') }}
    where
        row_status = 'accepted'
        and account_id is not null
        and not coalesce(is_child, false)
        and not coalesce(is_recurrence, false)

)

select
    task_id as touchpoint_id,
    account_id as source_customer_id,
    touchpoint_type,
    lower(purpose) as purpose,
    case when touchpoint_type = 'call' then 'phone' else touchpoint_type end as channel,
    coalesce(lower(task_subtype) = 'listemail', false) as is_automated,
    touchpoint_type = 'call' or coalesce(lower(subject) like 're:%', false) as is_two_way,
    coalesce(
        is_proactive, lower(call_type) = 'outbound'
    ) as is_proactive,
    touchpoint_status as status,
    case when touchpoint_status <> 'held' then done_at end as planned_at,
    case when touchpoint_status = 'held' then done_at end as held_at,
    rating,
    cast(null as boolean) as has_referral_intent
from tasks
where
    touchpoint_type is not null
    and coalesce(lower(call_type), '') <> 'internal'
union all
select
    event_id as touchpoint_id,
    account_id as source_customer_id,
    touchpoint_type,
    lower(purpose) as purpose,
    case
        when lower(location) like 'http%' or lower(location) like '%zoom%' then 'video'
        when lower(location) like '%teams%' or lower(location) like '%meet%' then 'video'
        when location is not null then 'in_person'
    end as channel,
    false as is_automated,
    true as is_two_way,
    is_proactive,
    touchpoint_status as status,
    coalesce(starts_at, {{ utc_start_of('held_on') }}) as planned_at,
    case
        when touchpoint_status = 'held' then coalesce(starts_at, {{ utc_start_of('held_on') }})
    end as held_at,
    rating,
    has_referral_intent
from events
