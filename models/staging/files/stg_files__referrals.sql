{{ staged(
    source('files', 'referrals'),
    key=['referral_id'],
    required=['referrer_type', 'lead_key', 'created_at'],
    newest=none,
    columns={
        'referral_id': ('referral_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'referrer_type': ('referrer_type', 'text'),
        'lead_key': (lead_key('lead_key'), 'text'),
        'created_at': ('created_at', 'timestamp'),
        'converted_at': ('converted_at', 'timestamp'),
        'is_valid': (['is_valid', "'true'"], 'boolean'),
    },
    rules={
        'referrer type is unknown': "referrer_type not in ('customer', 'partner', 'user')",
        'referrer is missing': "referrer_type in ('customer', 'user') and source_customer_id is null",
        'converted_at is before created_at': 'converted_at < created_at',
    }
) }}
