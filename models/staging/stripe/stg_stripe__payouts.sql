{{ staged(
    source('stripe', 'payout'),
    key=['payout_id'],
    required=['amount_minor', 'currency', 'status', 'created_at'],
    columns={
        'payout_id': ('id', 'text'),
        'balance_transaction_id': ('balance_transaction_id', 'text'),
        'status': ('status', 'text'),
        'payout_type': ('type', 'text'),
        'method': ('method', 'text'),
        'failure_code': ('failure_code', 'text'),
        'is_automatic': ('automatic', 'boolean'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
        'created_at': ('created', 'timestamp'),
        'arrives_at': ('arrival_date', 'timestamp'),
    },
    rules={
        'status is unknown':
            "status not in ('paid', 'pending', 'in_transit', 'canceled', 'failed')",
    }
) }}
