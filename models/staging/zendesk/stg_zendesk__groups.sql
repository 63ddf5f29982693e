{{ staged(
    source('zendesk', 'group'),
    key=['group_id'],
    required=['name'],
    columns={
        'group_id': ('id', 'text'),
        'name': ('name', 'text'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
