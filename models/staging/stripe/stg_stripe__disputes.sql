{{ staged(
    source('stripe', 'dispute'),
    key=['dispute_id'],
    required=['charge_id', 'amount_minor', 'currency', 'status', 'created_at'],
    columns={
        'dispute_id': ('id', 'text'),
        'charge_id': ('charge_id', 'text'),
        'balance_transaction_id': ('balance_transaction', 'text'),
        'status': ('status', 'text'),
        'reason': ('reason', 'text'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
        'is_charge_refundable': ('is_charge_refundable', 'boolean'),
        'created_at': ('created', 'timestamp'),
        'evidence_due_at': ('evidence_details_due_by', 'timestamp'),
    },
    rules={
        'status is unknown':
            "status not in ('warning_needs_response', 'warning_under_review', "
            ~ "'warning_closed', 'needs_response', 'under_review', 'won', 'lost', 'prevented', "
            ~ "'charge_refunded')",
        'amount is negative': 'amount_minor < 0',
        'evidence is due before the dispute': 'evidence_due_at < created_at',
    }
) }}
