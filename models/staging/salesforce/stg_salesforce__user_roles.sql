{{ staged(
    source('salesforce', 'user_role'),
    key=['user_role_id'],
    columns={
        'user_role_id': ('id', 'text'),
        'name': ('name', 'text'),
        'developer_name': ('developer_name', 'text'),
        'parent_role_id': ('parent_role_id', 'text'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
