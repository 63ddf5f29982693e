{{ staged(
    source('stripe', 'credit_note'),
    key=['credit_note_id'],
    required=['invoice_id', 'amount_minor', 'currency', 'status', 'created_at'],
    columns={
        'credit_note_id': ('id', 'text'),
        'invoice_id': ('invoice_id', 'text'),
        'refund_id': ('refund_id', 'text'),
        'customer_balance_transaction_id': (
            ['customer_balance_transaction_id', 'customer_balance_transaction'],
            'text',
        ),
        'status': ('status', 'text'),
        'credit_note_type': ('type', 'text'),
        'reason': ('reason', 'text'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'discount_amount_minor': ('discount_amount', 'decimal(28, 6)'),
        'subtotal_minor': ('subtotal', 'decimal(28, 6)'),
        'total_minor': ('total', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
        'created_at': ('created', 'timestamp'),
        'voided_at': ('voided_at', 'timestamp'),
    },
    rules={
        'status is unknown': "status not in ('issued', 'void')",
        'amount is negative': 'amount_minor < 0',
        'voided before it was created': 'voided_at < created_at',
    }
) }}
