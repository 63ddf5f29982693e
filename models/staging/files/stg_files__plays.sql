{{ staged(
    source('files', 'plays'),
    key=['play_id'],
    required=['source_customer_id', 'kpi_id', 'opened_at'],
    newest=none,
    columns={
        'play_id': ('play_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'kpi_id': ('kpi_id', 'text'),
        'trigger_ref': ('trigger_ref', 'text'),
        'opened_at': ('opened_at', 'timestamp'),
        'due_on': ('due_at', 'date'),
        'closed_at': ('closed_at', 'timestamp'),
        'result': ('lower(result)', 'text'),
    },
    rules={
        'result is unknown':
            "result not in ('resolved', 'no_effect', 'declined', 'lost', 'cancelled')",
        'result of a play that is not closed': 'result is not null and closed_at__raw is null',
        'closed before it was opened': 'closed_at < opened_at',
    }
) }}
