{{ staged(
    source('zendesk', 'organization'),
    key=['organization_id'],
    columns={
        'organization_id': ('id', 'text'),
        'name': ('name', 'text'),
        'external_id': ('external_id', 'text'),
        'domain_names': ('domain_names', 'json'),
        'created_at': ('created_at', 'timestamp'),
    },
    live='deleted_at is null and not coalesce('
    ~ try_cast('_fivetran_deleted', 'boolean') ~ ', false)'
) }}
