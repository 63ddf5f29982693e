{{ staged(
    source('zendesk', 'user_tag'),
    key=['user_id', 'tag'],
    columns={
        'user_id': ('user_id', 'text'),
        'tag': ('lower(tag)', 'text'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
