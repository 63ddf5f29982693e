{{ staged(
    source('ravenstack', 'support_tickets'),
    key=['ticket_id'],
    required=['account_id', 'submitted_on'],
    newest=none,
    columns={
        'ticket_id': ('ticket_id', 'text'),
        'account_id': ('account_id', 'text'),
        'submitted_on': ('submitted_at', 'date'),
        'closed_at': ('closed_at', 'timestamp'),
        'priority': ('lower(priority)', 'text'),
        'first_response_minutes': ('first_response_time_minutes', 'bigint'),
        'satisfaction_score': ('satisfaction_score', 'decimal(28, 6)'),
        'is_escalated': ('escalation_flag', 'boolean'),
    },
    rules={
        'closed before it was submitted': 'closed_at < submitted_on',
        'response time is negative': 'first_response_minutes < 0',
        'satisfaction is not on the scale of 1 to 5': 'satisfaction_score not between 1 and 5',
    }
) }}
