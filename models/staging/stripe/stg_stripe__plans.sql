{{ staged(
    source('stripe', 'plan'),
    key=['plan_id'],
    required=['currency', 'billing_interval', 'interval_count'],
    columns={
        'plan_id': ('id', 'text'),
        'product_id': ('product_id', 'text'),
        'nickname': ('nickname', 'text'),
        'currency': ('currency', 'text'),
        'billing_interval': (adapter.quote('interval'), 'text'),
        'interval_count': ('interval_count', 'bigint'),
        'usage_type': ('usage_type', 'text'),
        'unit_amount_minor': (['amount_decimal', 'amount'], 'decimal(28, 6)'),
        'trial_period_days': ('trial_period_days', 'bigint'),
        'billing_scheme': ('billing_scheme', 'text'),
        'is_active': ('active', 'boolean'),
        'is_deleted': ('is_deleted', 'boolean'),
        'created_at': ('created', 'timestamp'),
    },
    rules={
        'price is negative': 'unit_amount_minor < 0',
        'interval covers nothing': 'interval_count <= 0',
        'interval is unknown': "billing_interval not in ('day', 'week', 'month', 'year')",
        'trial is negative': 'trial_period_days < 0',
    }
) }}
