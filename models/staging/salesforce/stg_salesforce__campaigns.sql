{{ staged(
    source('salesforce', 'campaign'),
    key=['campaign_id'],
    columns={
        'campaign_id': ('id', 'text'),
        'name': ('name', 'text'),
        'campaign_type': ('type', 'text'),
        'status': ('status', 'text'),
        'is_active': ('is_active', 'boolean'),
        'parent_id': ('parent_id', 'text'),
        'owner_id': ('owner_id', 'text'),
        'budgeted_cost': ('budgeted_cost', 'decimal(28, 6)'),
        'actual_cost': ('actual_cost', 'decimal(28, 6)'),
        'starts_on': ('start_date', 'date'),
        'ends_on': ('end_date', 'date'),
        'created_at': ('created_date', 'timestamp'),
        'modified_at': ('last_modified_date', 'timestamp'),
    },
    rules={
        'campaign ends before it starts': 'ends_on < starts_on',
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
