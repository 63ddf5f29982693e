{{ staged(
    source('segment', 'aliases'),
    key=['alias_call_id'],
    required=['user_id', 'previous_id', 'called_at'],
    newest='coalesce(uuid_ts, received_at)',
    columns={
        'alias_call_id': ('id', 'text'),
        'user_id': ('user_id', 'text'),
        'previous_id': ('previous_id', 'text'),
        'called_at': ('timestamp', 'timestamp'),
    },
    rules={
        'previous_id is user_id': 'previous_id = user_id',
    }
) }}
