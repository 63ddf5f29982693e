with tickets as (

    select
        *,
        {{ dbt.dateadd('minute', 'first_response_minutes', 'cast(submitted_on as timestamp)') }}
            as first_reply_at
    from {{ ref('stg_ravenstack__support_tickets') }}
    where row_status = 'accepted'

),

events as (

    select
        ticket_id,
        'comment' as event_type,
        true as is_public,
        null as status_to,
        null as escalation_kind,
        first_reply_at as occurred_at
    from tickets
    where first_reply_at is not null

    union all

    select
        ticket_id,
        'status' as event_type,
        null as is_public,
        'solved' as status_to,
        null as escalation_kind,
        closed_at as occurred_at
    from tickets
    where closed_at is not null

    union all

    select
        ticket_id,
        'escalation' as event_type,
        null as is_public,
        null as status_to,
        'manager' as escalation_kind,
        coalesce(first_reply_at, cast(submitted_on as timestamp)) as occurred_at
    from tickets
    where is_escalated

)

select
    ticket_id,
    event_type as event_id,
    event_type,
    'agent' as actor_type,
    is_public,
    status_to,
    cast(null as bigint) as tier_from,
    cast(null as bigint) as tier_to,
    escalation_kind,
    occurred_at
from events
