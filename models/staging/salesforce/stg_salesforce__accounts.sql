{{ staged(
    source('salesforce', 'account'),
    key=['account_id', 'valid_from'],
    required=['name'],
    columns={
        'account_id': ('id', 'text'),
        'valid_from': (
            "coalesce(cast(_fivetran_start as " ~ dbt.type_string() ~ "), '1970-01-01')",
            'timestamp',
        ),
        'name': ('name', 'text'),
        'industry': ('industry', 'text'),
        'account_type': ('type', 'text'),
        'website': ('website', 'text'),
        'parent_id': ('parent_id', 'text'),
        'owner_id': ('owner_id', 'text'),
        'master_record_id': ('master_record_id', 'text'),
        'is_deleted': ('is_deleted', 'boolean'),
        'created_at': ('created_date', 'timestamp'),
        'segment': ('segment_c', 'text'),
        'tier': ('tier_c', 'text'),
        'touch_model': ('touch_model_c', 'text'),
        'region': ('region_c', 'text'),
        'csm_id': ('csm_id_c', 'text'),
        'is_internal': ('is_internal_c', 'boolean'),
        'stripe_customer_id': ('stripe_customer_id_c', 'text'),
        'zendesk_organization_id': ('zendesk_organization_id_c', 'text'),
    },
    rules={
        'account is its own master': 'master_record_id = account_id',
        'account is its own parent': 'parent_id = account_id',
    }
) }}
