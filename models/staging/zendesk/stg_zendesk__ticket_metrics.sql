{{ staged(
    source('zendesk', 'ticket_metric'),
    key=['metric_id'],
    required=['ticket_id'],
    columns={
        'metric_id': ('id', 'text'),
        'ticket_id': ('ticket_id', 'text'),
        'reopens': ('reopens', 'bigint'),
        'replies': ('replies', 'bigint'),
        'assignee_stations': ('assignee_stations', 'bigint'),
        'group_stations': ('group_stations', 'bigint'),
        'first_reply_calendar_minutes': ('reply_time_in_minutes__calendar', 'bigint'),
        'first_reply_business_minutes': ('reply_time_in_minutes__business', 'bigint'),
        'first_resolution_calendar_minutes': (
            'first_resolution_time_in_minutes__calendar',
            'bigint',
        ),
        'first_resolution_business_minutes': (
            'first_resolution_time_in_minutes__business',
            'bigint',
        ),
        'full_resolution_calendar_minutes': ('full_resolution_time_in_minutes__calendar', 'bigint'),
        'full_resolution_business_minutes': ('full_resolution_time_in_minutes__business', 'bigint'),
        'agent_wait_calendar_minutes': ('agent_wait_time_in_minutes__calendar', 'bigint'),
        'agent_wait_business_minutes': ('agent_wait_time_in_minutes__business', 'bigint'),
        'requester_wait_calendar_minutes': ('requester_wait_time_in_minutes__calendar', 'bigint'),
        'requester_wait_business_minutes': ('requester_wait_time_in_minutes__business', 'bigint'),
        'on_hold_calendar_minutes': ('on_hold_time_in_minutes__calendar', 'bigint'),
        'on_hold_business_minutes': ('on_hold_time_in_minutes__business', 'bigint'),
        'created_at': ('created_at', 'timestamp'),
        'updated_at': ('updated_at', 'timestamp'),
        'assigned_at': ('assigned_at', 'timestamp'),
        'solved_at': ('solved_at', 'timestamp'),
    },
    rules={
        'minutes are negative':
            'first_reply_calendar_minutes < 0 or full_resolution_calendar_minutes < 0',
        'resolved in full before it was resolved first':
            'full_resolution_calendar_minutes < first_resolution_calendar_minutes',
        'updated before it was created': 'updated_at < created_at',
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
