{{ staged(
    source('stripe', 'card'),
    key=['card_id'],
    columns={
        'card_id': ('id', 'text'),
        'customer_id': ('customer_id', 'text'),
        'funding': ('funding', 'text'),
        'expiry_month': ('exp_month', 'bigint'),
        'expiry_year': ('exp_year', 'bigint'),
        'is_deleted': ('is_deleted', 'boolean'),
        'created_at': ('created', 'timestamp'),
    },
    rules={
        'month is not a month': 'expiry_month not between 1 and 12',
    }
) }}
