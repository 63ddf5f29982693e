{{ staged(
    source('zendesk', 'ticket_field_history'),
    key=['ticket_id', 'field_name', 'changed_at'],
    columns={
        'ticket_id': ('ticket_id', 'text'),
        'field_name': ('lower(field_name)', 'text'),
        'changed_at': ('updated', 'timestamp'),
        'user_id': ('user_id', 'text'),
        'field_value': ('value', 'text'),
    }
) }}
