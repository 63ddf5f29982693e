{{ staged(
    source('salesforce', 'opportunity_contact_role'),
    key=['opportunity_contact_role_id'],
    required=['opportunity_id', 'contact_id'],
    columns={
        'opportunity_contact_role_id': ('id', 'text'),
        'opportunity_id': ('opportunity_id', 'text'),
        'contact_id': ('contact_id', 'text'),
        'role': ('role', 'text'),
        'is_primary': ('is_primary', 'boolean'),
        'created_at': ('created_date', 'timestamp'),
        'modified_at': ('last_modified_date', 'timestamp'),
    },
    live='not ' ~ try_cast('is_deleted', 'boolean')
) }}
