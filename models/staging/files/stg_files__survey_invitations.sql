{{ staged(
    source('files', 'survey_invitations'),
    key=['invitation_id'],
    required=['survey_type', 'source_customer_id', 'sent_at'],
    newest=none,
    columns={
        'invitation_id': ('invitation_id', 'text'),
        'survey_type': ('lower(survey_type)', 'text'),
        'wave': ('wave', 'text'),
        'contact_id': ('contact_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'sent_at': ('sent_at', 'timestamp'),
        'delivered_at': ('delivered_at', 'timestamp'),
    },
    rules={
        'survey_type is unknown': "survey_type not in ('nps', 'csat', 'ces', 'value')",
        'delivered before it was sent': 'delivered_at < sent_at',
    }
) }}
