{{ staged(
    source('files', 'message_events'),
    key=['message_event_id'],
    required=['message_id', 'event_type', 'occurred_at'],
    newest=none,
    columns={
        'message_event_id': ([
            'message_event_id',
            surrogate_key(['message_id', 'event_type', 'is_machine', 'occurred_at']),
        ], 'text'),
        'message_id': ('message_id', 'text'),
        'event_type': ('event_type', 'text'),
        'is_machine': (['is_machine', "'false'"], 'boolean'),
        'occurred_at': ('occurred_at', 'timestamp'),
    },
    rules={
        'event_type is unknown':
            "event_type not in ('open', 'click', 'reply', 'bounce', 'unsubscribe', 'spam_report')",
    }
) }}
