{{ staged(
    source('files', 'owners'),
    key=['owner_id'],
    newest=none,
    columns={
        'owner_id': ('owner_id', 'text'),
        'name': ('name', 'text'),
        'title': ('title', 'text'),
        'role': ('role', 'text'),
        'manager_id': ('manager_id', 'text'),
        'is_active': (['is_active', "'true'"], 'boolean'),
    },
    rules={
        'manager_id is owner_id': 'manager_id = owner_id',
    }
) }}
