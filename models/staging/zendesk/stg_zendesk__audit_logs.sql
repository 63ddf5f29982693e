{{ staged(
    source('zendesk', 'audit_log'),
    key=['audit_log_id'],
    required=['action', 'created_at'],
    columns={
        'audit_log_id': ('id', 'text'),
        'action': ('action', 'text'),
        'actor_id': ('actor_id', 'text'),
        'source_id': ('source_id', 'text'),
        'source_type': ('source_type', 'text'),
        'source_label': ('source_label', 'text'),
        'change_description': ('change_description', 'text'),
        'created_at': ('created_at', 'timestamp'),
    }
) }}
