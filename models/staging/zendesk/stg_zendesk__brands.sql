{{ staged(
    source('zendesk', 'brand'),
    key=['brand_id'],
    required=['name'],
    columns={
        'brand_id': ('id', 'text'),
        'name': ('name', 'text'),
        'subdomain': ('subdomain', 'text'),
        'is_active': ('active', 'boolean'),
        'is_default': (adapter.quote('default'), 'boolean'),
        'has_help_center': ('has_help_center', 'boolean'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
