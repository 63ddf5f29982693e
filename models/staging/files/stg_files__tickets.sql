{{ staged(
    source('files', 'tickets'),
    key=['ticket_id'],
    required=['source_customer_id', 'created_at'],
    newest=none,
    columns={
        'ticket_id': ('ticket_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'requester_id': ('requester_id', 'text'),
        'channel': ("replace(lower(channel), 'phone', 'voice')", 'text'),
        'category': ('category', 'text'),
        'priority': ('lower(priority)', 'text'),
        'initial_tier': ('initial_tier', 'bigint'),
        'origin': (['lower(origin)', "'customer'"], 'text'),
        'schedule_id': ('schedule_id', 'text'),
        'is_spam': (['is_spam', "'false'"], 'boolean'),
        'is_internal': (['is_internal', "'false'"], 'boolean'),
        'is_complaint': ('is_complaint', 'boolean'),
        'handle_minutes': ('handle_minutes', 'decimal(28, 6)'),
        'merged_into_id': ('merged_into_id', 'text'),
        'created_at': ('created_at', 'timestamp'),
    },
    rules={
        'priority is unknown': "priority not in ('urgent', 'high', 'normal', 'low')",
        'origin is unknown': "origin not in ('customer', 'agent')",
        'handle_minutes is negative': 'handle_minutes < 0',
        'merged_into_id is ticket_id': 'merged_into_id = ticket_id',
    }
) }}
