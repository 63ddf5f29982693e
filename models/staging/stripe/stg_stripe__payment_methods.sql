{{ staged(
    source('stripe', 'payment_method'),
    key=['payment_method_id'],
    required=['payment_method_type'],
    columns={
        'payment_method_id': ('id', 'text'),
        'customer_id': ('customer_id', 'text'),
        'payment_method_type': ('type', 'text'),
        'created_at': ('created', 'timestamp'),
    }
) }}
