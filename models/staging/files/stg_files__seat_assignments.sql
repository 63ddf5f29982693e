{{ staged(
    source('files', 'seat_assignments'),
    key=['user_id', 'assigned_at'],
    newest=none,
    columns={
        'user_id': ('user_id', 'text'),
        'assigned_at': ('assigned_at', 'timestamp'),
        'unassigned_at': ('unassigned_at', 'timestamp'),
        'first_login_at': ('first_login_at', 'timestamp'),
    },
    rules={
        'unassigned_at is before assigned_at': 'unassigned_at < assigned_at',
    }
) }}
