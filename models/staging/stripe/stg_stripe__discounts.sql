{{ staged(
    source('stripe', 'discount'),
    key=['discount_id'],
    columns={
        'discount_id': ('id', 'text'),
        'given_to': ('type', 'text'),
        'given_to_id': ('type_id', 'text'),
        'coupon_id': ('coupon_id', 'text'),
        'promotion_code': ('promotion_code', 'text'),
        'customer_id': ('customer_id', 'text'),
        'subscription_id': ('subscription_id', 'text'),
        'invoice_id': ('invoice_id', 'text'),
        'invoice_item_id': ('invoice_item_id', 'text'),
        'checkout_session_id': ('checkout_session_id', 'text'),
        'credit_note_line_id': ('credit_note_line_item_id', 'text'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'starts_at': (adapter.quote('start'), 'timestamp'),
        'ends_at': (adapter.quote('end'), 'timestamp'),
    },
    rules={
        'end is before start': 'ends_at < starts_at',
    }
) }}
