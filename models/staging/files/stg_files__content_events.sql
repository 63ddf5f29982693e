{%- set raw_columns = [
    'user_id', 'contact_id', 'customer_id', 'content_id', 'kind', 'progress', 'dwell_seconds',
    'occurred_at',
] -%}

{{ staged(
    source('files', 'content_events'),
    key=['content_event_id'],
    required=['content_id', 'kind', 'occurred_at'],
    newest=none,
    columns={
        'content_event_id': (['content_event_id', surrogate_key(raw_columns)], 'text'),
        'user_id': ('user_id', 'text'),
        'contact_id': ('contact_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'content_id': ('content_id', 'text'),
        'kind': ('kind', 'text'),
        'progress': ('progress', 'decimal(9, 6)'),
        'dwell_seconds': ('dwell_seconds', 'decimal(18, 3)'),
        'occurred_at': ('occurred_at', 'timestamp'),
    },
    rules={
        'kind is unknown':
            "kind not in ('article', 'walkthrough', 'webinar_registration', 'webinar')",
        'progress is not between 0 and 1': 'progress < 0 or progress > 1',
        'dwell_seconds is negative': 'dwell_seconds < 0',
    }
) }}
