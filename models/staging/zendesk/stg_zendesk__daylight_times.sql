{{ staged(
    source('zendesk', 'daylight_time'),
    key=['time_zone', 'year'],
    required=['starts_at', 'ends_at', 'offset_hours'],
    columns={
        'time_zone': ('time_zone', 'text'),
        'year': ('year', 'bigint'),
        'starts_at': ('daylight_start_utc', 'timestamp'),
        'ends_at': ('daylight_end_utc', 'timestamp'),
        'offset_hours': ('daylight_offset', 'bigint'),
    }
) }}
