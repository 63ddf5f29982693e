{{ staged(
    source('stripe', 'balance_transaction'),
    key=['balance_transaction_id'],
    required=['amount_minor', 'currency', 'transaction_type', 'created_at'],
    columns={
        'balance_transaction_id': ('id', 'text'),
        'source_id': ('source', 'text'),
        'payout_id': ('payout_id', 'text'),
        'transaction_type': ('type', 'text'),
        'reporting_category': ('reporting_category', 'text'),
        'status': ('status', 'text'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'fee_minor': ('fee', 'decimal(28, 6)'),
        'net_minor': ('net', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
        'exchange_rate': ('exchange_rate', 'decimal(28, 6)'),
        'created_at': ('created', 'timestamp'),
        'available_at': ('available_on', 'timestamp'),
    },
    rules={
        'status is unknown': "status not in ('available', 'pending')",
        'net is not amount less fee': 'net_minor <> amount_minor - fee_minor',
    }
) }}
