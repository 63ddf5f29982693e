{{ staged(
    source('ravenstack', 'accounts'),
    key=['account_id'],
    newest=none,
    columns={
        'account_id': ('account_id', 'text'),
        'name': ('account_name', 'text'),
        'industry': ('industry', 'text'),
        'country': ('country', 'text'),
        'signed_up_on': ('signup_date', 'date'),
        'is_churned_by_flag': ('churn_flag', 'boolean'),
    }
) }}
