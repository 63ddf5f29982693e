{{ staged(
    source('stripe', 'product'),
    key=['product_id'],
    columns={
        'product_id': ('id', 'text'),
        'name': ('name', 'text'),
        'product_type': ('type', 'text'),
        'unit_label': ('unit_label', 'text'),
        'metadata': ('metadata', 'text'),
        'is_active': ('active', 'boolean'),
        'is_deleted': ('is_deleted', 'boolean'),
        'created_at': ('created', 'timestamp'),
        'updated_at': ('updated', 'timestamp'),
    },
    rules={
        'type is unknown': "product_type not in ('good', 'service')",
        'updated before it was created': 'updated_at < created_at',
    }
) }}
