{{ staged(
    source('files', 'health_overrides'),
    key=['source_customer_id', 'valid_from'],
    required=['score'],
    newest=none,
    columns={
        'source_customer_id': ('customer_id', 'text'),
        'score': ('score', 'decimal(28, 6)'),
        'reason': ('reason', 'text'),
        'set_by': ('set_by', 'text'),
        'valid_from': ('valid_from', 'timestamp'),
        'valid_to': ('valid_to', 'timestamp'),
    },
    rules={
        'score is not between 0 and 100': 'score not between 0 and 100',
        'valid_to is before valid_from': 'valid_to < valid_from',
    }
) }}
