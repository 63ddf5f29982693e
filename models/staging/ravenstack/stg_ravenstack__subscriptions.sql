{{ staged(
    source('ravenstack', 'subscriptions'),
    key=['subscription_id'],
    required=['account_id', 'starts_on', 'mrr_amount'],
    newest=none,
    columns={
        'subscription_id': ('subscription_id', 'text'),
        'account_id': ('account_id', 'text'),
        'starts_on': ('start_date', 'date'),
        'ends_on': ('end_date', 'date'),
        'plan_tier': ('plan_tier', 'text'),
        'seats': ('seats', 'bigint'),
        'mrr_amount': ('mrr_amount', 'decimal(28, 6)'),
        'is_trial': ('is_trial', 'boolean'),
        'billing_frequency': ('billing_frequency', 'text'),
    },
    rules={
        'price is negative': 'mrr_amount < 0',
        'end is before start': 'ends_on < starts_on',
    }
) }}
