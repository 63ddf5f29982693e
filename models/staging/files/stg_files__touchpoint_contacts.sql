{{ staged(
    source('files', 'touchpoint_contacts'),
    key=['touchpoint_id', 'contact_id'],
    newest=none,
    columns={
        'touchpoint_id': ('touchpoint_id', 'text'),
        'contact_id': ('contact_id', 'text'),
    }
) }}
