{{ staged(
    source('segment', 'accounts'),
    key=['group_id'],
    newest='received_at',
    columns={
        'group_id': ('id', 'text'),
        'name': ('name', 'text'),
        'plan': ('plan', 'text'),
        'salesforce_account_id': ('salesforce_account_id', 'text'),
    }
) }}
