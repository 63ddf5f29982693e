{{ staged(
    source('segment', 'users'),
    key=['user_id'],
    newest='received_at',
    columns={
        'user_id': ('id', 'text'),
        'group_id': ('account_id', 'text'),
        'email': ('lower(email)', 'text'),
        'name': ('name', 'text'),
        'role': ('role', 'text'),
        'is_internal': ('is_internal', 'boolean'),
        'is_bot': ('is_bot', 'boolean'),
        'created_at': ('created_at', 'timestamp'),
    }
) }}
