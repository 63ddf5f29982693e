{{ staged(
    source('files', 'seat_entitlements'),
    key=['source_customer_id', 'limit_type', 'valid_from'],
    newest=none,
    columns={
        'source_customer_id': ('customer_id', 'text'),
        'limit_type': ('limit_type', 'text'),
        'purchased': ('purchased', 'bigint'),
        'used': ('used', 'bigint'),
        'valid_from': ('valid_from', 'timestamp'),
        'valid_to': ('valid_to', 'timestamp'),
    },
    rules={
        'purchased is negative': 'purchased < 0',
        'valid_to is not after valid_from': 'valid_to <= valid_from',
    }
) }}
