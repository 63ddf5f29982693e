{{ staged(
    source('salesforce', 'campaign_member'),
    key=['campaign_member_id'],
    required=['campaign_id'],
    columns={
        'campaign_member_id': ('id', 'text'),
        'campaign_id': ('campaign_id', 'text'),
        'lead_id': ('lead_id', 'text'),
        'contact_id': ('contact_id', 'text'),
        'status': ('status', 'text'),
        'has_responded': ('has_responded', 'boolean'),
        'responded_on': ('first_responded_date', 'date'),
        'created_at': ('created_date', 'timestamp'),
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
