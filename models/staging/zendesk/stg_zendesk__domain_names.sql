{{ staged(
    source('zendesk', 'domain_name'),
    key=['organization_id', 'domain_name'],
    columns={
        'organization_id': ('organization_id', 'text'),
        'domain_name': ('lower(domain_name)', 'text'),
        'domain_index': ('index', 'bigint'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
