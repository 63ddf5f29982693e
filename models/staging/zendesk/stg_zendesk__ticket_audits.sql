{{ staged(
    source('zendesk', 'ticket_audit'),
    key=['audit_id'],
    required=['ticket_id', 'audited_at', 'events'],
    columns={
        'audit_id': ('id', 'text'),
        'ticket_id': ('ticket_id', 'text'),
        'user_id': ('author_id', 'text'),
        'audited_at': ('created_at', 'timestamp'),
        'events': ('events', 'json'),
    },
    rules={
        'events are not an array': "substr(events, 1, 1) <> '['",
    }
) }}
