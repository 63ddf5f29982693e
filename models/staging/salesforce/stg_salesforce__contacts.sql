{{ staged(
    source('salesforce', 'contact'),
    key=['contact_id', 'valid_from'],
    columns={
        'contact_id': ('id', 'text'),
        'valid_from': (
            "coalesce(cast(_fivetran_start as " ~ dbt.type_string() ~ "), '1970-01-01')",
            'timestamp',
        ),
        'account_id': ('account_id', 'text'),
        'email': ('lower(email)', 'text'),
        'first_name': ('first_name', 'text'),
        'last_name': ('last_name', 'text'),
        'title': ('title', 'text'),
        'department': ('department', 'text'),
        'reports_to_id': ('reports_to_id', 'text'),
        'owner_id': ('owner_id', 'text'),
        'lead_source': ('lead_source', 'text'),
        'master_record_id': ('master_record_id', 'text'),
        'is_deleted': ('is_deleted', 'boolean'),
        'job_function': ('job_function_c', 'text'),
        'job_level': ('job_level_c', 'text'),
        'buying_role': ('buying_role_c', 'text'),
        'is_champion': ('is_champion_c', 'boolean'),
        'has_left': ('no_longer_at_company_c', 'boolean'),
        'has_opted_out_of_email': ('has_opted_out_of_email', 'boolean'),
        'created_at': ('created_date', 'timestamp'),
        'modified_at': ('last_modified_date', 'timestamp'),
    },
    rules={
        'contact is its own master': 'master_record_id = contact_id',
    }
) }}
