{{ staged(
    source('files', 'survey_responses'),
    key=['response_id'],
    required=['survey_type', 'scale_min', 'scale_max', 'responded_at'],
    newest=none,
    columns={
        'response_id': ('response_id', 'text'),
        'survey_type': ('lower(survey_type)', 'text'),
        'invitation_id': ('invitation_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'contact_id': ('contact_id', 'text'),
        'ticket_id': ('ticket_id', 'text'),
        'score': ('score', 'decimal(28, 6)'),
        'scale_min': ('scale_min', 'decimal(28, 6)'),
        'scale_max': ('scale_max', 'decimal(28, 6)'),
        'is_complete': ('is_complete', 'boolean'),
        'responded_at': ('responded_at', 'timestamp'),
    },
    rules={
        'survey_type is unknown': "survey_type not in ('nps', 'csat', 'ces', 'value')",
        'score is missing': 'score__raw is null and coalesce(is_complete, true)',
        'scale is empty': 'scale_max <= scale_min',
        'score is above its scale': 'score > scale_max',
        'score is below its scale': 'score < scale_min',
        'nps is not on a scale of 0 to 10': "survey_type = 'nps' and (scale_min <> 0 or scale_max <> 10)",
    }
) }}
