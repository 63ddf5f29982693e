{{ staged(
    source('ravenstack', 'churn_events'),
    key=['churn_event_id'],
    required=['account_id', 'churned_on'],
    newest=none,
    columns={
        'churn_event_id': ('churn_event_id', 'text'),
        'account_id': ('account_id', 'text'),
        'churned_on': ('churn_date', 'date'),
        'reason_code': ('reason_code', 'text'),
    },
) }}
