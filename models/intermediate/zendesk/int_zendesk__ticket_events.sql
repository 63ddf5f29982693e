with comments as (

    select * from {{ ref('stg_zendesk__ticket_comments') }}
    where row_status = 'accepted'

),

history as (

    select * from {{ ref('int_zendesk__ticket_field_changes') }}

),

-- Who has left the help desk still wrote what they wrote.
users as (

    select * from {{ ref('stg_zendesk__users') }}
    where row_status in ('accepted', 'deleted')

),

events as (

    select
        ticket_id,
        'comment ' || comment_id as event_id,
        'comment' as event_type,
        user_id,
        is_public,
        cast(null as {{ dbt.type_string() }}) as status_to,
        cast(null as bigint) as tier_from,
        cast(null as bigint) as tier_to,
        cast(null as {{ dbt.type_string() }}) as escalation_kind,
        commented_at as occurred_at
    from comments

    union all

    select
        ticket_id,
        'status ' || cast(changed_at as {{ dbt.type_string() }}) as event_id,
        'status' as event_type,
        user_id,
        cast(null as boolean) as is_public,
        lower(field_value) as status_to,
        cast(null as bigint) as tier_from,
        cast(null as bigint) as tier_to,
        cast(null as {{ dbt.type_string() }}) as escalation_kind,
        changed_at as occurred_at
    from history
    where field_name = 'status' and field_value is not null

    union all

    select
        ticket_id,
        'group ' || cast(arrived_at as {{ dbt.type_string() }}) as event_id,
        case when escalation_kind is null then 'tier' else 'escalation' end as event_type,
        user_id,
        cast(null as boolean) as is_public,
        cast(null as {{ dbt.type_string() }}) as status_to,
        previous_tier as tier_from,
        tier as tier_to,
        escalation_kind,
        arrived_at as occurred_at
    from {{ ref('int_zendesk__ticket_tiers') }}
    where tier <> previous_tier or (escalation_kind is not null and is_move)

)

select
    events.ticket_id,
    events.event_id,
    events.event_type,
    case
        when events.user_id = '-1' then 'system'
        when users.alias = 'bot' then 'bot'
        when users.role in ('agent', 'admin') then 'agent'
        when users.role is not null then 'customer'
    end as actor_type,
    events.is_public,
    events.status_to,
    events.tier_from,
    events.tier_to,
    events.escalation_kind,
    events.occurred_at
from events
left join users on events.user_id = users.user_id
