{{ staged(
    source('stripe', 'transfer'),
    key=['transfer_id'],
    required=['amount_minor', 'currency', 'created_at'],
    columns={
        'transfer_id': ('id', 'text'),
        'balance_transaction_id': ('balance_transaction_id', 'text'),
        'destination_id': ('destination', 'text'),
        'destination_payment_id': (['destination_payment_id', 'destination_payment'], 'text'),
        'source_transaction_id': (['source_transaction_id', 'source_transaction'], 'text'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'amount_reversed_minor': ('amount_reversed', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
        'is_reversed': ('reversed', 'boolean'),
        'created_at': ('created', 'timestamp'),
    },
    rules={
        'more is reversed than transferred':
            'amount_minor >= 0 and amount_reversed_minor > amount_minor',
    }
) }}
