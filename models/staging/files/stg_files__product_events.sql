{%- set text = dbt.type_string() -%}
{{ staged_events(
    source('files', 'product_events'),
    key='event_id',
    required=['event_name', 'occurred_at'],
    columns={
        'event_id': (try_cast('event_id', text), 'text'),
        'user_id': (try_cast('user_id', text), 'text'),
        'source_customer_id': (try_cast('customer_id', text), 'text'),
        'feature_id': (try_cast('feature_id', text), 'text'),
        'event_name': (try_cast('event_name', text), 'text'),
        'client': ("coalesce(" ~ try_cast('lower(client)', text) ~ ", 'web')", 'text'),
        'is_value_event': ('is_value_event', 'boolean'),
        'occurred_at': ('occurred_at', 'timestamp'),
        'written_at': ('loaded_at', 'timestamp'),
    },
    newest='written_at',
    rules={
        'neither a user nor a customer is named': 'user_id is null and source_customer_id is null',
        'client is unknown': "client not in ('api', 'web')",
        'occurred_at is more than a day after loaded_at':
            'occurred_at > ' ~ dbt.dateadd('day', 1, 'written_at'),
    }
) }}
