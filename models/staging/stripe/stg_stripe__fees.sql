{{ staged(
    source('stripe', 'fee'),
    key=['balance_transaction_id', 'fee_index'],
    required=['amount_minor', 'currency'],
    columns={
        'balance_transaction_id': ('balance_transaction_id', 'text'),
        'fee_index': ('index', 'bigint'),
        'fee_type': ('type', 'text'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
    }
) }}
