{{ staged(
    source('stripe', 'price'),
    key=['price_id'],
    required=['product_id', 'currency'],
    columns={
        'price_id': ('id', 'text'),
        'product_id': ('product_id', 'text'),
        'nickname': ('nickname', 'text'),
        'currency': ('currency', 'text'),
        'billing_interval': ('recurring_interval', 'text'),
        'interval_count': ('recurring_interval_count', 'bigint'),
        'usage_type': ('recurring_usage_type', 'text'),
        'unit_amount_minor': (['unit_amount_decimal', 'unit_amount'], 'decimal(28, 6)'),
    },
    rules={
        'price is negative': 'unit_amount_minor < 0',
        'interval covers nothing': 'interval_count <= 0',
        'interval is unknown': "billing_interval not in ('day', 'week', 'month', 'year')",
    }
) }}
