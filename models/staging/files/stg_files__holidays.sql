{{ staged(
    source('files', 'holidays'),
    key=['schedule_id', 'holiday_on'],
    newest=none,
    columns={
        'schedule_id': ('schedule_id', 'text'),
        'holiday_on': ('holiday_on', 'date'),
    }
) }}
