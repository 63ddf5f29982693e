{{ staged(
    source('zendesk', 'sla_policy_metric_history'),
    key=['sla_policy_id', 'policy_updated_at', 'metric', 'priority'],
    required=['target_minutes'],
    columns={
        'sla_policy_id': ('sla_policy_id', 'text'),
        'policy_updated_at': ('sla_policy_updated_at', 'timestamp'),
        'metric': ('lower(metric)', 'text'),
        'priority': ('lower(priority)', 'text'),
        'metric_index': ('index', 'bigint'),
        'target_minutes': ('target', 'bigint'),
        'is_business_hours': ('business_hours', 'boolean'),
    },
    rules={
        'promise is not positive': 'target_minutes <= 0',
    }
) }}
