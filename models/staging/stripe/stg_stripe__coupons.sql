{{ staged(
    source('stripe', 'coupon'),
    key=['coupon_id'],
    required=['duration'],
    columns={
        'coupon_id': ('id', 'text'),
        'percent_off': ('percent_off', 'decimal(28, 6)'),
        'amount_off_minor': ('amount_off', 'decimal(28, 6)'),
        'currency': ('currency', 'text'),
        'duration': ('duration', 'text'),
        'duration_in_months': ('duration_in_months', 'bigint'),
    },
    rules={
        'duration is unknown': "duration not in ('once', 'repeating', 'forever')",
        'percent is not between 0 and 100': 'percent_off not between 0 and 100',
        'amount is negative': 'amount_off_minor < 0',
    }
) }}
