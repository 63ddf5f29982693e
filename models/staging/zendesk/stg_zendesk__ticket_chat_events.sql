{{ staged(
    source('zendesk', 'ticket_chat_event'),
    key=['chat_id', 'occurred_at'],
    columns={
        'chat_id': ('chat_id', 'text'),
        'occurred_at': ('created_at', 'timestamp'),
        'chat_index': ('chat_index', 'bigint'),
        'actor_id': ('actor_id', 'text'),
        'event_type': ('type', 'text'),
        'status': ('status', 'text'),
        'reason': ('reason', 'text'),
        'status_changed_at': ('status_updated_at', 'timestamp'),
    }
) }}
