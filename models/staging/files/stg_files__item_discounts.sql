{{ staged(
    source('files', 'item_discounts'),
    key=['item_id', 'seq', 'discount_start'],
    required=['discount_type', 'discount'],
    newest=none,
    columns={
        'item_id': ('item_id', 'text'),
        'seq': ('seq', 'bigint'),
        'discount_type': ('lower(discount_type)', 'text'),
        'discount': ('discount', 'decimal(28, 6)'),
        'is_recurring': (['discount_is_recurring', "'true'"], 'boolean'),
        'discount_start': ('discount_start', 'timestamp'),
        'discount_end': ('discount_end', 'timestamp'),
        'applies_from': ('discount_start', 'timestamp'),
        'applies_to': ("cast(null as timestamp)", 'timestamp'),
    },
    rules={
        'discount_type is unknown': "discount_type not in ('percent', 'amount')",
        'percent is no fraction from 0 to 1': "discount_type = 'percent' and discount not between 0 and 1",
        'amount is negative': "discount_type = 'amount' and discount < 0",
        'end is before start': 'discount_end < discount_start',
    }
) }}
