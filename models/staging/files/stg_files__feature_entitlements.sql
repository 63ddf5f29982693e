{{ staged(
    source('files', 'feature_entitlements'),
    key=['source_customer_id', 'feature_id', 'valid_from'],
    newest=none,
    columns={
        'source_customer_id': ('customer_id', 'text'),
        'feature_id': ('feature_id', 'text'),
        'valid_from': ('valid_from', 'timestamp'),
        'valid_to': ('valid_to', 'timestamp'),
    },
    rules={
        'valid_to is not after valid_from': 'valid_to <= valid_from',
    }
) }}
