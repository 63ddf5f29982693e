{{ staged(
    source('files', 'churn_events'),
    key=['churn_event_id'],
    required=['source_customer_id', 'churned_at'],
    newest=none,
    columns={
        'churn_event_id': ('churn_event_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'churned_at': ('churned_at', 'timestamp'),
        'reason_code': ('reason_code', 'text'),
        'is_primary': ('is_primary', 'boolean'),
        'reason_source': ('source', 'text'),
        'is_voluntary': ('is_voluntary', 'boolean'),
    },
    rules={
        'source is unknown': "reason_source not in ('exit_survey', 'csm', 'form')",
    }
) }}
