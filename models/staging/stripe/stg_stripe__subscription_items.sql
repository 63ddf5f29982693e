{{ staged(
    source('stripe', 'subscription_item'),
    key=['subscription_item_id'],
    required=['subscription_id'],
    columns={
        'subscription_item_id': ('id', 'text'),
        'subscription_id': ('subscription_id', 'text'),
        'price_id': (['price_id', 'plan_id'], 'text'),
        'quantity': ('quantity', 'bigint'),
        'metadata': ('metadata', 'text'),
        'current_period_start': ('current_period_start', 'timestamp'),
        'current_period_end': ('current_period_end', 'timestamp'),
        'created_at': ('created', 'timestamp'),
    },
    rules={
        'quantity is negative': 'quantity < 0',
        'period ends before it starts': 'current_period_end < current_period_start',
    }
) }}
