{{ staged(
    source('files', 'ticket_events'),
    key=['ticket_id', 'event_id'],
    required=['event_type', 'occurred_at'],
    newest=none,
    columns={
        'ticket_id': ('ticket_id', 'text'),
        'event_id': ('event_id', 'text'),
        'event_type': ('lower(event_type)', 'text'),
        'actor_type': ('lower(actor_type)', 'text'),
        'is_public': ('is_public', 'boolean'),
        'status_to': ('lower(status_to)', 'text'),
        'tier_from': ('tier_from', 'bigint'),
        'tier_to': ('tier_to', 'bigint'),
        'escalation_kind': ('lower(escalation_kind)', 'text'),
        'occurred_at': ('occurred_at', 'timestamp'),
    },
    rules={
        'event_type is unknown': "event_type not in ('comment', 'status', 'tier', 'escalation')",
        'actor_type is unknown': "actor_type not in ('customer', 'agent', 'bot', 'system')",
        'status_to is unknown': "status_to not in ('new', 'open', 'pending', 'hold', 'solved', 'closed')",
        'escalation_kind is unknown': "escalation_kind not in ('specialist', 'manager', 'exec')",
        'a comment says neither who wrote it nor who reads it':
            "event_type = 'comment' and (actor_type is null or is_public is null)",
        'a change of status has no status_to': "event_type = 'status' and status_to is null",
        'a move has no tier_from and tier_to':
            "event_type = 'tier' and (tier_from is null or tier_to is null)",
        'an escalation has no escalation_kind':
            "event_type = 'escalation' and escalation_kind is null",
    }
) }}
