{{ staged(
    source('stripe', 'customer'),
    key=['customer_id'],
    columns={
        'customer_id': ('id', 'text'),
        'name': ('name', 'text'),
        'email': ('lower(email)', 'text'),
        'currency': ('currency', 'text'),
        'metadata': ('metadata', 'text'),
        'created_at': ('created', 'timestamp'),
    }
) }}
