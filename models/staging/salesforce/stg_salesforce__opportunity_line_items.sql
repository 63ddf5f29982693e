{{ staged(
    source('salesforce', 'opportunity_line_item'),
    key=['opportunity_line_item_id'],
    required=['opportunity_id'],
    columns={
        'opportunity_line_item_id': ('id', 'text'),
        'opportunity_id': ('opportunity_id', 'text'),
        'product_id': ('product_2_id', 'text'),
        'product_code': ('product_code', 'text'),
        'name': ('name', 'text'),
        'quantity': ('quantity', 'decimal(28, 6)'),
        'list_price': ('list_price', 'decimal(28, 6)'),
        'unit_price': ('unit_price', 'decimal(28, 6)'),
        'discount': ('discount', 'decimal(28, 6)'),
        'total_price': ('total_price', 'decimal(28, 6)'),
        'service_date': ('service_date', 'date'),
        'created_at': ('created_date', 'timestamp'),
        'modified_at': ('last_modified_date', 'timestamp'),
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
