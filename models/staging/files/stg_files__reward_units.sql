{{ staged(
    source('files', 'reward_units'),
    key=['unit_id'],
    required=['source_customer_id', 'kind', 'qty', 'issued_at'],
    newest=none,
    columns={
        'unit_id': ('unit_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'kind': ('kind', 'text'),
        'qty': ('qty', 'decimal(28, 6)'),
        'issued_at': ('issued_at', 'timestamp'),
        'expires_at': ('expires_at', 'timestamp'),
        'redeemed_at': ('redeemed_at', 'timestamp'),
        'voided_at': ('voided_at', 'timestamp'),
    },
    rules={
        'kind is unknown': "kind not in ('coupon', 'reward', 'points')",
        'qty is not positive': 'qty <= 0',
        'expires_at is before issued_at': 'expires_at < issued_at',
        'redeemed_at is before issued_at': 'redeemed_at < issued_at',
        'voided_at is before issued_at': 'voided_at < issued_at',
    }
) }}
