{{ staged(
    source('files', 'opportunities'),
    key=['opportunity_id'],
    required=['source_customer_id', 'opportunity_type', 'created_at'],
    newest=none,
    columns={
        'opportunity_id': ('opportunity_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'opportunity_type': ('lower(opportunity_type)', 'text'),
        'source_type': ('lower(source_type)', 'text'),
        'referral_id': ('referral_id', 'text'),
        'referrer_source_customer_id': ('referrer_customer_id', 'text'),
        'stage': ('stage', 'text'),
        'outcome': ('lower(outcome)', 'text'),
        'amount': ('amount', 'decimal(28, 6)'),
        'currency': ('upper(currency)', 'text'),
        'created_at': ('created_at', 'timestamp'),
        'closed_at': ('closed_at', 'timestamp'),
    },
    rules={
        'opportunity_type is unknown':
            "opportunity_type not in ('new_business', 'renewal', 'expansion', 'other')",
        'source_type is unknown':
            "source_type not in ('customer', 'partner', 'advisor', 'inbound', 'outbound', 'event', "
            "'other')",
        'outcome is unknown': "outcome not in ('won', 'lost', 'no_decision')",
        'decided without closed_at': 'outcome is not null and closed_at is null',
        'closed without outcome': 'outcome is null and closed_at is not null',
        'closed before created': 'closed_at < created_at',
        'amount is negative': 'amount < 0',
        'amount without currency': 'amount is not null and currency is null',
    }
) }}
