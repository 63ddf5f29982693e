{{ staged(
    source('files', 'org_changes'),
    key=['org_change_id'],
    required=['source_customer_id', 'change_type', 'detected_at'],
    newest=none,
    columns={
        'org_change_id': ('org_change_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'contact_id': ('contact_id', 'text'),
        'change_type': ('lower(change_type)', 'text'),
        'detected_at': ('detected_at', 'timestamp'),
        'resolved_at': ('resolved_at', 'timestamp'),
    },
    rules={
        'change_type is unknown':
            "change_type not in ('champion_loss', 'exec_change', 'merger_acquisition', "
            "'layoffs', 'role_change')",
        'resolved before detected': 'resolved_at < detected_at',
    }
) }}
