{{ staged(
    source('zendesk', 'schedule_holiday'),
    key=['holiday_id'],
    required=['schedule_id', 'starts_on', 'ends_on'],
    columns={
        'holiday_id': ('id', 'text'),
        'schedule_id': ('schedule_id', 'text'),
        'name': ('name', 'text'),
        'starts_on': ('start_date', 'date'),
        'ends_on': ('end_date', 'date'),
    },
    rules={
        'end is before start': 'ends_on < starts_on',
        'longer than a year': 'ends_on > ' ~ dbt.dateadd('day', 366, 'starts_on'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
