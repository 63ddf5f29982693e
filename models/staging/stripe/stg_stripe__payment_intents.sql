{{ staged(
    source('stripe', 'payment_intent'),
    key=['payment_intent_id'],
    required=['amount_minor', 'currency', 'status', 'created_at'],
    columns={
        'payment_intent_id': ('id', 'text'),
        'customer_id': ('customer_id', 'text'),
        'payment_method_id': ('payment_method_id', 'text'),
        'status': ('status', 'text'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'amount_received_minor': ('amount_received', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
        'cancellation_reason': ('cancellation_reason', 'text'),
        'last_error_code': ('last_payment_error_code', 'text'),
        'last_decline_code': ('last_payment_error_decline_code', 'text'),
        'last_error_charge_id': ('last_payment_error_charge_id', 'text'),
        'created_at': ('created', 'timestamp'),
        'canceled_at': ('canceled_at', 'timestamp'),
    },
    rules={
        'status is unknown':
            "status not in ('requires_payment_method', 'requires_confirmation', "
            ~ "'requires_action', 'requires_capture', 'requires_source', "
            ~ "'requires_source_action', 'processing', 'succeeded', 'canceled')",
        'amount is negative': 'amount_minor < 0',
        'more is received than asked': 'amount_received_minor > amount_minor',
        'cancelled before it was created': 'canceled_at < created_at',
    }
) }}
