{{ staged(
    source('stripe', 'refund'),
    key=['refund_id'],
    required=['amount_minor', 'currency', 'status', 'created_at'],
    columns={
        'refund_id': ('id', 'text'),
        'charge_id': ('charge_id', 'text'),
        'payment_intent_id': ('payment_intent_id', 'text'),
        'balance_transaction_id': ('balance_transaction_id', 'text'),
        'status': ('status', 'text'),
        'reason': ('reason', 'text'),
        'failure_reason': ('failure_reason', 'text'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
        'created_at': ('created', 'timestamp'),
    },
    rules={
        'status is unknown':
            "status not in ('succeeded', 'pending', 'failed', 'canceled', 'requires_action')",
        'amount is negative': 'amount_minor < 0',
    }
) }}
