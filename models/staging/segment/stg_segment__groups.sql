{{ staged(
    source('segment', 'groups'),
    key=['group_call_id'],
    required=['group_id', 'called_at'],
    newest='coalesce(uuid_ts, received_at)',
    columns={
        'group_call_id': ('id', 'text'),
        'group_id': ('group_id', 'text'),
        'user_id': ('user_id', 'text'),
        'called_at': ('timestamp', 'timestamp'),
        'name': ('name', 'text'),
        'plan': ('plan', 'text'),
        'salesforce_account_id': ('salesforce_account_id', 'text'),
        'stripe_customer_id': ('stripe_customer_id', 'text'),
    }
) }}
