{{ staged(
    source('files', 'business_hours'),
    key=['schedule_id', 'weekday_name', 'opens'],
    required=['time_zone', 'closes'],
    newest=none,
    columns={
        'schedule_id': ('schedule_id', 'text'),
        'time_zone': ('time_zone', 'text'),
        'weekday_name': ('lower(weekday)', 'text'),
        'opens': ('opens', 'text'),
        'closes': ('closes', 'text'),
        'weekday': (weekday_number('weekday'), 'bigint'),
        'opens_minute': (minute_of_day('opens'), 'bigint'),
        'closes_minute': (minute_of_day('closes'), 'bigint'),
    },
    rules={
        'weekday is not monday to sunday': 'weekday_name is not null and weekday is null',
        'opens is not hh:mm': 'opens is not null and opens_minute is null',
        'closes is not hh:mm': 'closes is not null and closes_minute is null',
        'closes is not after opens': 'closes_minute <= opens_minute',
        'time_zone is no IANA name': 'time_zone is not null and not ' ~ is_time_zone('time_zone'),
    }
) }}
