{{ staged(
    source('salesforce', 'opportunity_history'),
    key=['opportunity_history_id'],
    required=['opportunity_id', 'changed_at'],
    columns={
        'opportunity_history_id': ('id', 'text'),
        'opportunity_id': ('opportunity_id', 'text'),
        'stage_name': ('stage_name', 'text'),
        'amount': ('amount', 'decimal(28, 6)'),
        'expected_revenue': ('expected_revenue', 'decimal(28, 6)'),
        'probability': ('probability', 'double precision'),
        'forecast_category': ('forecast_category', 'text'),
        'closes_on': ('close_date', 'date'),
        'changed_by_id': ('created_by_id', 'text'),
        'changed_at': ('created_date', 'timestamp'),
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
