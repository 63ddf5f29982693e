{{ staged(
    source('salesforce', 'opportunity_stage'),
    key=['opportunity_stage_id'],
    columns={
        'opportunity_stage_id': ('id', 'text'),
        'name': ('master_label', 'text'),
        'default_probability': ('default_probability', 'double precision'),
        'forecast_category': ('forecast_category_name', 'text'),
        'is_active': ('is_active', 'boolean'),
        'is_closed': ('is_closed', 'boolean'),
        'is_won': ('is_won', 'boolean'),
    }
) }}
