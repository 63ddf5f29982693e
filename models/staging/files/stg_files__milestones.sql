{{ staged(
    source('files', 'milestones'),
    key=['milestone_id'],
    required=['source_customer_id'],
    newest=none,
    columns={
        'milestone_id': ('milestone_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'stage': ('lower(stage)', 'text'),
        'original_due_on': ('original_due_at', 'date'),
        'due_on': ('due_at', 'date'),
        'achieved_at': ('achieved_at', 'timestamp'),
        'is_go_live': ('is_go_live', 'boolean'),
        'is_value': ('is_value', 'boolean'),
        'owner_side': ('lower(owner_side)', 'text'),
        'barrier': ('barrier', 'text'),
        'status': ('lower(status)', 'text'),
    },
    rules={
        'status is unknown': "status not in ('planned', 'in_progress', 'achieved', 'cancelled')",
        'owner_side is unknown': "owner_side not in ('vendor', 'customer')",
        'achieved without a date': "status = 'achieved' and achieved_at__raw is null",
        'cancelled and achieved': "status = 'cancelled' and achieved_at is not null",
    }
) }}
