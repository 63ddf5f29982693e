{{ staged_events(
    source('segment', 'tracks'),
    key='event_id',
    required=['event_name', 'occurred_at'],
    columns={
        'event_id': ('id', 'text'),
        'anonymous_id': ('anonymous_id', 'text'),
        'user_id': ('user_id', 'text'),
        'group_id': ('context_group_id', 'text'),
        'event_name': ('event', 'text'),
        'library_name': ('context_library_name', 'text'),
        'properties': ('properties', 'text'),
        'occurred_at': ('timestamp', 'timestamp'),
        'client_occurred_at': ('original_timestamp', 'timestamp'),
        'client_sent_at': ('sent_at', 'timestamp'),
        'received_at': ('received_at', 'timestamp'),
        'written_at': ('uuid_ts', 'timestamp'),
    },
    newest='coalesce(written_at, received_at)',
    rules={
        'occurred_at is more than a day after received_at':
            'occurred_at > ' ~ dbt.dateadd('day', 1, 'received_at'),
    }
) }}
