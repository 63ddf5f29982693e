{{ staged(
    source('salesforce', 'event'),
    key=['event_id'],
    columns={
        'event_id': ('id', 'text'),
        'account_id': ('account_id', 'text'),
        'who_id': ('who_id', 'text'),
        'what_id': ('what_id', 'text'),
        'owner_id': ('owner_id', 'text'),
        'subject': ('subject', 'text'),
        'event_type': ('type', 'text'),
        'event_subtype': ('event_subtype', 'text'),
        'location': ('location', 'text'),
        'is_group_event': ('is_group_event', 'boolean'),
        'is_child': ('is_child', 'boolean'),
        'is_recurrence': ('is_recurrence', 'boolean'),
        'held_on': ('activity_date', 'date'),
        'starts_at': ('start_date_time', 'timestamp'),
        'ends_at': ('end_date_time', 'timestamp'),
        'created_at': ('created_date', 'timestamp'),
        'modified_at': ('last_modified_date', 'timestamp'),
    },
    rules={
        'event ends before it starts': 'ends_at < starts_at',
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
