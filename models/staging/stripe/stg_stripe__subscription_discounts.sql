{{ staged(
    source('stripe', 'subscription_discount'),
    key=['discount_id'],
    required=['subscription_id', 'coupon_id', 'starts_at'],
    columns={
        'discount_id': ('id', 'text'),
        'subscription_id': ('subscription_id', 'text'),
        'coupon_id': ('coupon_id', 'text'),
        'customer_id': ('customer_id', 'text'),
        'checkout_session_id': ('checkout_session_id', 'text'),
        'starts_at': (adapter.quote('start'), 'timestamp'),
        'ends_at': (adapter.quote('end'), 'timestamp'),
    },
    rules={
        'end is before start': 'ends_at < starts_at',
    }
) }}
