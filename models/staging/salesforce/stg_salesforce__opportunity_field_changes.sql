{{ staged(
    source('salesforce', 'opportunity_field_history'),
    key=['opportunity_field_history_id'],
    required=['opportunity_id', 'field_name', 'changed_at'],
    columns={
        'opportunity_field_history_id': ('id', 'text'),
        'opportunity_id': ('opportunity_id', 'text'),
        'field_name': ('field', 'text'),
        'old_value': ('old_value', 'text'),
        'new_value': ('new_value', 'text'),
        'changed_by_id': ('created_by_id', 'text'),
        'changed_at': ('created_date', 'timestamp'),
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
