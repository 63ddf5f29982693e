{{ staged(
    source('files', 'fx_rates'),
    key=['rate_id'],
    required=['currency', 'rate_type', 'rate'],
    newest=none,
    columns={
        'rate_id': ("currency || ' ' || rate_type || coalesce(' ' || cast(rate_on as varchar), '')", 'text'),
        'currency': ('upper(currency)', 'text'),
        'rate_type': ('rate_type', 'text'),
        'rate_on': ('rate_on', 'date'),
        'rate': ('rate', 'decimal(28, 6)'),
    },
    rules={
        'rate is not positive': 'rate <= 0',
        'rate type is unknown': "rate_type not in ('constant', 'month_end')",
        'month-end rate has no day': "rate_type = 'month_end' and rate_on__raw is null",
    }
) }}
