{{ staged(
    source('stripe', 'subscription_history'),
    key=['subscription_id', 'valid_from'],
    required=['customer_id', 'status'],
    columns={
        'subscription_id': ('id', 'text'),
        'valid_from': (
            ['_fivetran_start', 'updated', 'current_period_start', 'created'],
            'timestamp',
        ),
        'changed_at': (['_fivetran_start', 'updated'], 'timestamp'),
        'customer_id': ('customer_id', 'text'),
        'status': ('status', 'text'),
        'created_at': ('created', 'timestamp'),
        'trial_ends_at': ('trial_end', 'timestamp'),
        'ended_at': ('ended_at', 'timestamp'),
        'canceled_at': ('canceled_at', 'timestamp'),
        'pause_behavior': ('pause_collection_behavior', 'text'),
        'cancellation_reason': ('cancellation_reason', 'text'),
        'cancellation_feedback': ('cancellation_feedback', 'text'),
        'discount_coupon_id': ('discount_coupon_id', 'text'),
        'discount_starts_at': ('discount_start', 'timestamp'),
        'discount_ends_at': ('discount_end', 'timestamp'),
    },
    rules={
        'status is unknown':
            "status not in ('active', 'past_due', 'trialing', 'unpaid', 'canceled', 'incomplete', "
            ~ "'incomplete_expired', 'paused')",
        'end is before creation': 'ended_at < created_at',
    }
) }}
