{{ staged(
    source('zendesk', 'ticket_sla_policy'),
    key=['ticket_id', 'sla_policy_id', 'applied_at'],
    columns={
        'ticket_id': ('ticket_id', 'text'),
        'sla_policy_id': ('sla_policy_id', 'text'),
        'applied_at': ('policy_applied_at', 'timestamp'),
    }
) }}
