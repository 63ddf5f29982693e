{{ staged(
    source('zendesk', 'satisfaction_rating'),
    key=['rating_id'],
    required=['ticket_id', 'score', 'created_at'],
    columns={
        'rating_id': ('id', 'text'),
        'ticket_id': ('ticket_id', 'text'),
        'requester_id': ('requester_id', 'text'),
        'assignee_id': ('assignee_id', 'text'),
        'group_id': ('group_id', 'text'),
        'score': ('lower(score)', 'text'),
        'reason': ('reason', 'text'),
        'reason_id': ('reason_id', 'text'),
        'created_at': ('created_at', 'timestamp'),
        'updated_at': ('updated_at', 'timestamp'),
    },
    rules={
        'score is unknown':
            "score not in ('offered', 'unoffered', 'received', 'received_with_comment', "
            ~ "'received_without_comment', 'good', 'good_with_comment', "
            ~ "'good_without_comment', 'bad', 'bad_with_comment', 'bad_without_comment')",
        'updated before it was created': 'updated_at < created_at',
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
