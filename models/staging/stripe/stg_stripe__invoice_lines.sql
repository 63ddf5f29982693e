{{ staged(
    source('stripe', 'invoice_line_item'),
    key=['invoice_line_id'],
    required=['invoice_id', 'currency', 'period_start', 'period_end'],
    columns={
        'invoice_line_id': ('id', 'text'),
        'invoice_id': ('invoice_id', 'text'),
        'subscription_id': ('subscription_id', 'text'),
        'subscription_item_id': ('subscription_item_id', 'text'),
        'price_id': (['price_id', 'plan_id'], 'text'),
        'quantity': ('quantity', 'bigint'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
        'period_start': ('period_start', 'timestamp'),
        'period_end': ('period_end', 'timestamp'),
        'line_type': ('type', 'text'),
        'is_proration': ('proration', 'boolean'),
        'is_discountable': ('discountable', 'boolean'),
        'metadata': ('metadata', 'json'),
    },
    rules={
        'period ends before it starts': 'period_end < period_start',
        'quantity is negative': 'quantity < 0',
        'price is negative':
            "amount_minor < 0 and line_type = 'subscription' and not coalesce(is_proration, false)",
    }
) }}
