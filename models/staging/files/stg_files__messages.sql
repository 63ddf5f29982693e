{{ staged(
    source('files', 'messages'),
    key=['message_id'],
    required=['contact_id', 'channel', 'sent_at'],
    newest=none,
    columns={
        'message_id': ('message_id', 'text'),
        'delivered_at': ('delivered_at', 'timestamp'),
        'contact_id': ('contact_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'channel': ('channel', 'text'),
        'purpose': ('purpose', 'text'),
        'target_feature_id': ('target_feature_id', 'text'),
        'sent_at': ('sent_at', 'timestamp'),
    },
    rules={
        'channel is unknown': "channel not in ('email', 'in_app', 'push', 'sms')",
        'delivered_at is before sent_at': 'delivered_at < sent_at',
    }
) }}
