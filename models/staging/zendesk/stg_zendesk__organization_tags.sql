{{ staged(
    source('zendesk', 'organization_tag'),
    key=['organization_id', 'tag'],
    columns={
        'organization_id': ('organization_id', 'text'),
        'tag': ('lower(tag)', 'text'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
