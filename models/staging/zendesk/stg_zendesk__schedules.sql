{{ staged(
    source('zendesk', 'schedule'),
    key=['schedule_id', 'span'],
    required=['time_zone'],
    columns={
        'schedule_id': ('id', 'text'),
        'span': (['start_time', "'all'"], 'text'),
        'name': ('name', 'text'),
        'time_zone': ('time_zone', 'text'),
        'opens_week_minute': ('start_time', 'bigint'),
        'closes_week_minute': ('end_time', 'bigint'),
        'intervals': ('intervals', 'json'),
    },
    rules={
        'closes_week_minute is missing':
            'intervals is null and closes_week_minute is null and closes_week_minute__raw is null',
        'opens_week_minute is missing':
            'intervals is null and opens_week_minute is null and opens_week_minute__raw is null',
        'span is empty or outside the week':
            'opens_week_minute < 0 or closes_week_minute > 10080'
            ~ ' or closes_week_minute <= opens_week_minute',
        'intervals are not an array': "substr(intervals, 1, 1) <> '['",
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
