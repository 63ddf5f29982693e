{{ staged(
    source('files', 'contacts'),
    key=['contact_id', 'valid_from'],
    required=['source_customer_id'],
    newest=none,
    columns={
        'contact_id': ('contact_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'email_key': (email_key('email'), 'text'),
        'function': ('function', 'text'),
        'seniority': ('lower(seniority)', 'text'),
        'is_champion': (['is_champion', "'false'"], 'boolean'),
        'buying_role': ('lower(buying_role)', 'text'),
        'has_left': (['has_left', "'false'"], 'boolean'),
        'merged_into_id': ('merged_into_id', 'text'),
        'created_at': ('created_at', 'timestamp'),
        'valid_from': (['valid_from', "'1970-01-01'"], 'timestamp'),
        'valid_to': ('valid_to', 'timestamp'),
    },
    rules={
        'buying_role is unknown':
            "buying_role not in ('decision_maker', 'champion', 'influencer', 'end_user', 'blocker')",
        'merged_into_id is contact_id': 'merged_into_id = contact_id',
        'end is before start': 'valid_to < valid_from',
    }
) }}
