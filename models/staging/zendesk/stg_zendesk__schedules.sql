{{ staged(
    source('zendesk', 'schedule'),
    key=['schedule_id', 'opens_week_minute'],
    required=['time_zone', 'closes_week_minute'],
    columns={
        'schedule_id': ('id', 'text'),
        'name': ('name', 'text'),
        'time_zone': ('time_zone', 'text'),
        'opens_week_minute': ('start_time', 'bigint'),
        'closes_week_minute': ('end_time', 'bigint'),
    },
    rules={
        'span is empty or outside the week':
            'opens_week_minute < 0 or closes_week_minute > 10080'
            ~ ' or closes_week_minute <= opens_week_minute',
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
