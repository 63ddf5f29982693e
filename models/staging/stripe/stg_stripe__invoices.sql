{{ staged(
    source('stripe', 'invoice'),
    key=['invoice_id'],
    required=['customer_id', 'status', 'created_at'],
    columns={
        'invoice_id': ('id', 'text'),
        'customer_id': ('customer_id', 'text'),
        'subscription_id': ('subscription_id', 'text'),
        'status': ('status', 'text'),
        'created_at': (['created', 'date', 'period_end'], 'timestamp'),
        'currency': ('currency', 'text'),
        'subtotal_minor': ('subtotal', 'decimal(28, 6)'),
        'tax_minor': ('tax', 'decimal(28, 6)'),
        'total_minor': ('total', 'decimal(28, 6)'),
        'is_deleted': ('is_deleted', 'boolean'),
    }
) }}
