{{ staged(
    source('files', 'touchpoints'),
    key=['touchpoint_id'],
    required=['source_customer_id', 'touchpoint_type', 'status'],
    newest=none,
    columns={
        'touchpoint_id': ('touchpoint_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'touchpoint_type': ('lower(touchpoint_type)', 'text'),
        'purpose': ('lower(purpose)', 'text'),
        'channel': ('lower(channel)', 'text'),
        'is_automated': ('is_automated', 'boolean'),
        'is_two_way': ('is_two_way', 'boolean'),
        'is_proactive': ('is_proactive', 'boolean'),
        'status': ('lower(status)', 'text'),
        'planned_at': ('planned_at', 'timestamp'),
        'held_at': ('held_at', 'timestamp'),
        'rating': ('rating', 'decimal(28, 6)'),
        'has_referral_intent': ('referral_intent', 'boolean'),
    },
    rules={
        'touchpoint_type is unknown':
            "touchpoint_type not in ('call', 'meeting', 'qbr', 'email', 'training', 'other')",
        'status is unknown': "status not in ('planned', 'held', 'cancelled', 'no_show')",
        'held without held_at': "status = 'held' and held_at is null",
        'not held, but has held_at': "status <> 'held' and held_at is not null",
        'neither held nor with planned_at': "status <> 'held' and planned_at is null",
        'rating is not from 1 to 5': 'rating not between 1 and 5',
    }
) }}
