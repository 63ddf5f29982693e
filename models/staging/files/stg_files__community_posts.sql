{{ staged(
    source('files', 'community_posts'),
    key=['post_id'],
    required=['kind', 'occurred_at'],
    newest=none,
    columns={
        'post_id': ('post_id', 'text'),
        'answered_at': ('answered_at', 'timestamp'),
        'parent_id': ('parent_id', 'text'),
        'user_id': ('user_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'kind': ('kind', 'text'),
        'is_staff': (['is_staff', "'false'"], 'boolean'),
        'occurred_at': ('occurred_at', 'timestamp'),
    },
    rules={
        'kind is unknown': "kind not in ('question', 'answer', 'comment')",
        'answered_at is before occurred_at': 'answered_at < occurred_at',
        'parent_id is post_id': 'parent_id = post_id',
    }
) }}
