{{ staged(
    source('files', 'features'),
    key=['feature_id'],
    required=['is_core', 'is_gated'],
    newest=none,
    columns={
        'feature_id': ('feature_id', 'text'),
        'name': ('name', 'text'),
        'is_core': ('is_core', 'boolean'),
        'is_gated': ('is_gated', 'boolean'),
        'released_at': ('released_at', 'timestamp'),
    }
) }}
