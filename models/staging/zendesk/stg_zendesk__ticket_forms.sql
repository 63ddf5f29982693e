{{ staged(
    source('zendesk', 'ticket_form_history'),
    key=['ticket_form_id', 'updated_at'],
    required=['name'],
    columns={
        'ticket_form_id': ('id', 'text'),
        'updated_at': ('updated_at', 'timestamp'),
        'name': ('name', 'text'),
        'is_active': ('active', 'boolean'),
        'is_end_user_visible': ('end_user_visible', 'boolean'),
        'created_at': ('created_at', 'timestamp'),
    },
    rules={
        'updated before it was created': 'updated_at < created_at',
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
