{{ staged(
    source('segment', 'identifies'),
    key=['identify_call_id'],
    required=['called_at'],
    newest='coalesce(uuid_ts, received_at)',
    columns={
        'identify_call_id': ('id', 'text'),
        'anonymous_id': ('anonymous_id', 'text'),
        'user_id': ('user_id', 'text'),
        'called_at': ('timestamp', 'timestamp'),
        'group_id': ('account_id', 'text'),
        'email': ('email', 'text'),
        'name': ('name', 'text'),
        'role': ('role', 'text'),
        'created_at': ('created_at', 'timestamp'),
    },
    rules={
        'user_id and anonymous_id are missing': 'user_id is null and anonymous_id is null',
    }
) }}
