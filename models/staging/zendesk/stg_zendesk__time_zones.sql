{{ staged(
    source('zendesk', 'time_zone'),
    key=['time_zone'],
    required=['standard_offset'],
    columns={
        'time_zone': ('time_zone', 'text'),
        'standard_offset': ('standard_offset', 'text'),
    }
) }}
