{{ staged(
    source('stripe', 'charge'),
    key=['charge_id'],
    required=['amount_minor', 'currency', 'status', 'created_at'],
    columns={
        'charge_id': ('id', 'text'),
        'customer_id': ('customer_id', 'text'),
        'invoice_id': ('invoice_id', 'text'),
        'payment_intent_id': ('payment_intent_id', 'text'),
        'payment_method_id': (['payment_method_id', 'card_id'], 'text'),
        'balance_transaction_id': ('balance_transaction_id', 'text'),
        'status': ('status', 'text'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'amount_refunded_minor': ('amount_refunded', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
        'is_captured': ('captured', 'boolean'),
        'is_refunded': ('refunded', 'boolean'),
        'failure_code': ('failure_code', 'text'),
        'outcome_type': ('outcome_type', 'text'),
        'outcome_reason': ('outcome_reason', 'text'),
        'created_at': ('created', 'timestamp'),
    },
    rules={
        'status is unknown': "status not in ('succeeded', 'pending', 'failed')",
        'amount is negative': 'amount_minor < 0',
        'more is refunded than charged': 'amount_refunded_minor > amount_minor',
    }
) }}
