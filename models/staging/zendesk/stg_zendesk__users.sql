{{ staged(
    source('zendesk', 'user'),
    key=['user_id'],
    required=['role'],
    columns={
        'user_id': ('id', 'text'),
        'role': ('role', 'text'),
        'organization_id': ('organization_id', 'text'),
        'email': ('lower(email)', 'text'),
        'alias': ('lower(alias)', 'text'),
        'is_suspended': ('suspended', 'boolean'),
        'created_at': ('created_at', 'timestamp'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
