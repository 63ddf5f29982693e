{{ staged_events(
    source('segment', 'pages'),
    key='page_call_id',
    required=['called_at'],
    columns={
        'page_call_id': ('id', 'text'),
        'anonymous_id': ('anonymous_id', 'text'),
        'user_id': ('user_id', 'text'),
        'called_at': ('timestamp', 'timestamp'),
        'received_at': ('received_at', 'timestamp'),
        'written_at': ('uuid_ts', 'timestamp'),
        'name': ('name', 'text'),
        'category': ('category', 'text'),
        'path': ('path', 'text'),
        'url': ('url', 'text'),
        'referrer': ('referrer', 'text'),
        'search': ('search', 'text'),
        'title': ('title', 'text'),
    },
    newest='coalesce(written_at, received_at)'
) }}
