{{ staged(
    source('salesforce', 'event_relation'),
    key=['event_relation_id'],
    required=['event_id', 'relation_id'],
    columns={
        'event_relation_id': ('id', 'text'),
        'event_id': ('event_id', 'text'),
        'relation_id': ('relation_id', 'text'),
        'is_what': ('is_what', 'boolean'),
        'is_invitee': ('is_invitee', 'boolean'),
        'response_status': ('status', 'text'),
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
