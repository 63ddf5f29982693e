{{ staged(
    source('files', 'stage_history'),
    key=['source_customer_id', 'stage', 'entered_at'],
    newest=none,
    columns={
        'source_customer_id': ('customer_id', 'text'),
        'stage': ('lower(stage)', 'text'),
        'entered_at': ('entered_at', 'timestamp'),
    }
) }}
