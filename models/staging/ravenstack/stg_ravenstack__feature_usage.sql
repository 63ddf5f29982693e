{{ staged(
    source('ravenstack', 'feature_usage'),
    key=['usage_id'],
    required=['subscription_id', 'used_on', 'feature_name'],
    newest=none,
    columns={
        'usage_id': ('usage_id', 'text'),
        'used_on': ('usage_date', 'date'),
        'subscription_id': ('subscription_id', 'text'),
        'feature_name': ('feature_name', 'text'),
        'is_beta': ('is_beta_feature', 'boolean'),
    }
) }}
