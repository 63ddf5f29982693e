{{ staged(
    source('salesforce', 'product_2'),
    key=['product_id'],
    columns={
        'product_id': ('id', 'text'),
        'name': ('name', 'text'),
        'product_code': ('product_code', 'text'),
        'family': ('family', 'text'),
        'external_id': ('external_id', 'text'),
        'is_active': ('is_active', 'boolean'),
        'is_archived': ('is_archived', 'boolean'),
        'created_at': ('created_date', 'timestamp'),
        'modified_at': ('last_modified_date', 'timestamp'),
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
