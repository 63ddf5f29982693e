{{ staged(
    source('zendesk', 'ticket_comment'),
    key=['comment_id'],
    required=['ticket_id', 'user_id', 'commented_at', 'is_public'],
    columns={
        'comment_id': ('id', 'text'),
        'ticket_id': ('ticket_id', 'text'),
        'user_id': ('user_id', 'text'),
        'commented_at': ('created', 'timestamp'),
        'is_public': ('public', 'boolean'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
