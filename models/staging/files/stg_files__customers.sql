{{ staged(
    source('files', 'customers'),
    key=['source_customer_id', 'valid_from'],
    required=['name'],
    newest=none,
    columns={
        'source_customer_id': ('customer_id', 'text'),
        'name': ('name', 'text'),
        'segment': ('segment', 'text'),
        'tier': ('tier', 'text'),
        'industry': ('industry', 'text'),
        'region': ('region', 'text'),
        'touch_model': ('touch_model', 'text'),
        'csm_id': ('csm_id', 'text'),
        'is_internal': (['is_internal', "'false'"], 'boolean'),
        'merged_into_id': ('merged_into_id', 'text'),
        'parent_id': ('parent_id', 'text'),
        'created_at': ('created_at', 'timestamp'),
        'valid_from': (['valid_from', "'1970-01-01'"], 'timestamp'),
        'valid_to': ('valid_to', 'timestamp'),
    },
    rules={
        'merged_into_id is customer_id': 'merged_into_id = source_customer_id',
        'parent_id is customer_id': 'parent_id = source_customer_id',
        'end is before start': 'valid_to < valid_from',
    }
) }}
