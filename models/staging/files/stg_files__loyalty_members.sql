{{ staged(
    source('files', 'loyalty_members'),
    key=['source_customer_id', 'eligible_from'],
    newest=none,
    columns={
        'source_customer_id': ('customer_id', 'text'),
        'eligible_from': ('eligible_from', 'timestamp'),
        'eligible_to': ('eligible_to', 'timestamp'),
        'enrolled_at': ('enrolled_at', 'timestamp'),
    },
    rules={
        'eligible_to is not after eligible_from': 'eligible_to <= eligible_from',
    }
) }}
