{{ staged(
    source('zendesk', 'organization'),
    key=['organization_id'],
    columns={
        'organization_id': ('id', 'text'),
        'name': ('name', 'text'),
        'external_id': ('external_id', 'text'),
        'created_at': ('created_at', 'timestamp'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
