{{ staged(
    source('zendesk', 'ticket_tag'),
    key=['ticket_id', 'tag'],
    columns={
        'ticket_id': ('ticket_id', 'text'),
        'tag': ('lower(tag)', 'text'),
    },
    live='not ' ~ try_cast('_fivetran_deleted', 'boolean')
) }}
