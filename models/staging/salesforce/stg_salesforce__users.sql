{{ staged(
    source('salesforce', 'user'),
    key=['user_id'],
    columns={
        'user_id': ('id', 'text'),
        'name': ('name', 'text'),
        'email': ('lower(email)', 'text'),
        'title': ('title', 'text'),
        'department': ('department', 'text'),
        'user_role_id': ('user_role_id', 'text'),
        'manager_id': ('manager_id', 'text'),
        'user_type': ('user_type', 'text'),
        'is_active': ('is_active', 'boolean'),
        'last_login_at': ('last_login_date', 'timestamp'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
