{{ staged(
    source('zendesk', 'ticket_schedule'),
    key=['ticket_id', 'applied_at'],
    required=['schedule_id'],
    columns={
        'ticket_id': ('ticket_id', 'text'),
        'schedule_id': ('schedule_id', 'text'),
        'applied_at': ('created_at', 'timestamp'),
    }
) }}
