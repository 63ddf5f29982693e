{{ staged(
    source('salesforce', 'case'),
    key=['case_id'],
    columns={
        'case_id': ('id', 'text'),
        'account_id': ('account_id', 'text'),
        'contact_id': ('contact_id', 'text'),
        'case_number': ('case_number', 'text'),
        'subject': ('subject', 'text'),
        'status': ('status', 'text'),
        'priority': ('priority', 'text'),
        'origin': ('origin', 'text'),
        'reason': ('reason', 'text'),
        'case_type': ('type', 'text'),
        'business_hours_id': ('business_hours_id', 'text'),
        'owner_id': ('owner_id', 'text'),
        'is_closed': ('is_closed', 'boolean'),
        'is_escalated': ('is_escalated', 'boolean'),
        'created_at': ('created_date', 'timestamp'),
        'closed_at': ('closed_date', 'timestamp'),
        'modified_at': ('last_modified_date', 'timestamp'),
    },
    rules={
        'case closes before it opens': 'closed_at < created_at',
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
