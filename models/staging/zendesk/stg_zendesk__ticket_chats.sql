{{ staged(
    source('zendesk', 'ticket_chat'),
    key=['chat_id', 'ticket_id'],
    columns={
        'chat_id': ('chat_id', 'text'),
        'ticket_id': ('ticket_id', 'text'),
        'user_id': ('user_id', 'text'),
        'conversation_id': ('conversation_id', 'text'),
        'channel': ('channel', 'text'),
        'initiator': ('initiator', 'text'),
        'is_authenticated': ('authenticated', 'boolean'),
    }
) }}
