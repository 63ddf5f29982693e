{{ staged(
    source('stripe', 'credit_note_line_item'),
    key=['credit_note_line_id'],
    required=['credit_note_id', 'amount_minor'],
    columns={
        'credit_note_line_id': ('id', 'text'),
        'credit_note_id': ('credit_note_id', 'text'),
        'line_type': ('type', 'text'),
        'quantity': ('quantity', 'bigint'),
        'amount_minor': ('amount', 'decimal(28, 6)'),
        'discount_amount_minor': ('discount_amount', 'decimal(28, 6)'),
        'unit_amount_minor': (['unit_amount_decimal', 'unit_amount'], 'decimal(28, 6)'),
    },
    rules={
        'quantity is negative': 'quantity < 0',
        'discount exceeds the amount': 'discount_amount_minor > amount_minor and amount_minor >= 0',
    }
) }}
