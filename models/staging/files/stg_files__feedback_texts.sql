{{ staged(
    source('files', 'feedback_texts'),
    key=['text_id'],
    required=['source', 'text', 'created_at'],
    newest=none,
    columns={
        'text_id': ('text_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'response_id': ('response_id', 'text'),
        'source': ('lower(source)', 'text'),
        'author_type': ('lower(author_type)', 'text'),
        'lang': ('lower(lang)', 'text'),
        'text': ('text', 'text'),
        'theme': ('theme', 'text'),
        'is_complaint': ('is_complaint', 'boolean'),
        'created_at': ('created_at', 'timestamp'),
        'resolved_at': ('resolved_at', 'timestamp'),
    },
    rules={
        'source is unknown':
            "source not in ('survey', 'review', 'email', 'call', 'chat', 'social', 'community', 'exit', 'other')",
        'author_type is unknown': "author_type not in ('customer', 'staff')",
        'text is blank': "trim(replace(replace(text, chr(10), ''), chr(13), '')) = ''",
        'resolved before it was written': 'resolved_at < created_at',
    }
) }}
