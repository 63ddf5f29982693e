{{ staged(
    source('files', 'process_daily'),
    key=['source_customer_id', 'process', 'run_on'],
    required=['attempts', 'failures'],
    newest=none,
    columns={
        'source_customer_id': ('customer_id', 'text'),
        'process': ('process', 'text'),
        'run_on': ('date', 'date'),
        'attempts': ('attempts', 'bigint'),
        'failures': ('failures', 'bigint'),
    },
    rules={
        'failures are not between 0 and attempts': 'failures < 0 or failures > attempts',
    }
) }}
