{{ staged(
    source('files', 'users'),
    key=['user_id'],
    newest=none,
    columns={
        'user_id': ('user_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'contact_id': ('contact_id', 'text'),
        'email_key': (email_key('email'), 'text'),
        'is_internal': (['is_internal', "'false'"], 'boolean'),
        'is_bot': (['is_bot', "'false'"], 'boolean'),
        'merged_into_id': ('merged_into_id', 'text'),
        'created_at': ('created_at', 'timestamp'),
    },
    rules={
        'merged_into_id is user_id': 'merged_into_id = user_id',
    }
) }}
