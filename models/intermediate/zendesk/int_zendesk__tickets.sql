with tickets as (

    select * from {{ ref('stg_zendesk__tickets') }}
    where row_status = 'accepted'

),

-- Who has left the help desk still wrote what they wrote.
users as (

    select * from {{ ref('stg_zendesk__users') }}
    where row_status in ('accepted', 'deleted')

),

history as (

    select
        *,
        row_number() over (partition by ticket_id, field_name order by changed_at) as value_rank
    from {{ ref('int_zendesk__ticket_field_changes') }}
    where field_value is not null

),

-- The first priority and category; a complaint is one even if its mark is taken back.
field_values as (

    select
        ticket_id,
        max(case when field_name = 'priority' and value_rank = 1 then lower(field_value) end)
            as priority,
        max(case when field_name = 'custom_category' and value_rank = 1 then field_value end)
            as category,
        max(
            case
                when field_name <> 'custom_complaint' then null
                when {{ try_boolean('field_value') }} then 1
                else 0
            end
        ) = 1 as is_complaint
    from history
    group by ticket_id

),

first_tiers as (

    select * from {{ ref('int_zendesk__ticket_tiers') }}
    where tier is not null and previous_tier is null

),

schedules as (

    select * from {{ ref('int_zendesk__ticket_first_schedules') }}

),

merged_tickets as (

    select * from {{ ref('int_zendesk__ticket_merges') }}

)

select
    tickets.ticket_id,
    coalesce(tickets.organization_id, requesters.organization_id) as source_customer_id,
    tickets.requester_id,
    case
        when tickets.via_channel in ('chat', 'chat_transcript', 'native_messaging') then 'chat'
        when tickets.via_channel in ('voice', 'phone') then 'voice'
        else tickets.via_channel
    end as channel,
    coalesce(field_values.category, tickets.custom_category) as category,
    coalesce(field_values.priority, tickets.priority) as priority,
    first_tiers.tier as initial_tier,
    case
        when tickets.submitter_id <> tickets.requester_id and submitters.role in ('agent', 'admin')
            then 'agent'
        else 'customer'
    end as origin,
    schedules.schedule_id,
    coalesce(requesters.is_suspended, false) as is_spam,
    coalesce(requesters.role in ('agent', 'admin') or requesters.alias = 'bot', false)
        as is_internal,
    coalesce(field_values.is_complaint, tickets.custom_complaint) as is_complaint,
    cast(null as decimal(28, 6)) as handle_minutes,
    merged_tickets.merged_into_id,
    tickets.created_at
from tickets
left join users as requesters on tickets.requester_id = requesters.user_id
left join users as submitters on tickets.submitter_id = submitters.user_id
left join field_values on tickets.ticket_id = field_values.ticket_id
left join first_tiers on tickets.ticket_id = first_tiers.ticket_id
left join schedules on tickets.ticket_id = schedules.ticket_id
left join merged_tickets on tickets.ticket_id = merged_tickets.ticket_id
