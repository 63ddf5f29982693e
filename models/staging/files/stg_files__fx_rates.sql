{{ staged(
    source('files', 'fx_rates'),
    key=['currency', 'rate_type'],
    required=['rate'],
    newest=none,
    columns={
        'currency': ('currency', 'text'),
        'rate_type': ('rate_type', 'text'),
        'rate': ('rate', 'decimal(28, 6)'),
    },
    rules={
        'rate is not positive': 'rate <= 0',
        'rate type is unknown': "rate_type not in ('constant', 'month_end')",
    }
) }}
