{{ staged(
    source('zendesk', 'ticket'),
    key=['ticket_id'],
    required=['status', 'requester_id', 'created_at'],
    columns={
        'ticket_id': ('id', 'text'),
        'status': ('lower(status)', 'text'),
        'priority': ('lower(priority)', 'text'),
        'via_channel': ('lower(via_channel)', 'text'),
        'requester_id': ('requester_id', 'text'),
        'submitter_id': ('submitter_id', 'text'),
        'organization_id': ('organization_id', 'text'),
        'group_id': ('group_id', 'text'),
        'merged_ticket_ids': ('merged_ticket_ids', 'text'),
        'custom_category': ('custom_category', 'text'),
        'custom_complaint': ('custom_complaint', 'boolean'),
        'created_at': ('created_at', 'timestamp'),
    },
    rules={
        'more than 1000 merged tickets':
            "length(merged_ticket_ids) - length(replace(merged_ticket_ids, ',', '')) >= 1000",
    },
    live="lower(status) <> 'deleted' and not coalesce(" ~ try_cast('_fivetran_deleted', 'boolean')
    ~ ', false)'
) }}
