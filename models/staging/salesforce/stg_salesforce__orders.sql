{{ staged(
    source('salesforce', 'order'),
    key=['order_id'],
    columns={
        'order_id': ('id', 'text'),
        'account_id': ('account_id', 'text'),
        'contract_id': ('contract_id', 'text'),
        'opportunity_id': ('opportunity_id', 'text'),
        'original_order_id': ('original_order_id', 'text'),
        'order_number': ('order_number', 'text'),
        'order_type': ('type', 'text'),
        'status': ('status', 'text'),
        'total_amount': ('total_amount', 'decimal(28, 6)'),
        'owner_id': ('owner_id', 'text'),
        'activated_at': ('activated_date', 'timestamp'),
        'starts_on': ('effective_date', 'date'),
        'ends_on': ('end_date', 'date'),
        'created_at': ('created_date', 'timestamp'),
        'modified_at': ('last_modified_date', 'timestamp'),
    },
    rules={
        'order ends before it starts': 'ends_on < starts_on',
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
