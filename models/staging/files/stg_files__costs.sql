{{ staged(
    source('files', 'costs'),
    key=['cost_id'],
    required=['month_start', 'cost_function', 'amount', 'currency'],
    newest=none,
    columns={
        'cost_id': ('cost_id', 'text'),
        'month_start': ('month', 'date'),
        'cost_function': ('function', 'text'),
        'purpose': ('purpose', 'text'),
        'segment': ('segment', 'text'),
        'amount': ('amount', 'decimal(28, 6)'),
        'currency': ('upper(currency)', 'text'),
    },
    rules={
        'month is not the first of a month': 'extract(day from month_start) <> 1',
        'function is unknown': "cost_function not in ("
            ~ "'sales', 'marketing', 'hosting', 'support', 'cs', 'payment', 'engineering', 'field', 'other')",
        'purpose is unknown': "purpose not in ('new_logo', 'expansion', 'escalation')",
        'currency is no code of three letters': "currency not like '___'",
    }
) }}
