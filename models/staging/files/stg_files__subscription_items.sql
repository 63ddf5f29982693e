{{ staged(
    source('files', 'subscription_items'),
    key=['item_id', 'valid_from'],
    required=['source_customer_id', 'billing_interval', 'unit_price', 'currency'],
    newest=none,
    columns={
        'item_id': ('item_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'contract_id': ('contract_id', 'text'),
        'plan_id': ('plan_id', 'text'),
        'product_id': ('product_id', 'text'),
        'status': (["replace(lower(status), 'canceled', 'cancelled')", "'active'"], 'text'),
        'billing_interval': ('lower(billing_interval)', 'text'),
        'interval_count': (['interval_count', "'1'"], 'bigint'),
        'quantity': (['quantity', "'1'"], 'decimal(28, 6)'),
        'unit_price': ('unit_price', 'decimal(28, 6)'),
        'currency': ('upper(currency)', 'text'),
        'is_metered': (['is_metered', "'false'"], 'boolean'),
        'is_price_uplift': (['is_price_uplift', "'false'"], 'boolean'),
        'cancel_requested_at': ('cancel_requested_at', 'timestamp'),
        'valid_from': ('valid_from', 'timestamp'),
        'valid_to': ('valid_to', 'timestamp'),
    },
    rules={
        'status is unknown':
            "status not in ('active', 'past_due', 'trialing', 'paused', 'unpaid', 'cancelled')",
        'billing_interval is unknown': "billing_interval not in ('day', 'week', 'month', 'year')",
        'interval_count is not positive': 'interval_count <= 0',
        'price or quantity is negative': 'unit_price < 0 or quantity < 0',
        'currency is no code of three letters': 'length(currency) <> 3',
        'end is before start': 'valid_to < valid_from',
    }
) }}
