{{ staged(
    source('files', 'outcomes'),
    key=['outcome_id'],
    required=['source_customer_id', 'target_value', 'target_date'],
    newest=none,
    columns={
        'outcome_id': ('outcome_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'outcome_type': ('type', 'text'),
        'target_value': ('target', 'decimal(28, 6)'),
        'actual_value': ('actual', 'decimal(28, 6)'),
        'is_lower_better': ('is_lower_better', 'boolean'),
        'target_date': ('target_date', 'date'),
        'verified_at': ('verified_at', 'timestamp'),
        'annual_benefit_amount': ('annual_benefit', 'decimal(28, 6)'),
        'internal_cost_amount': ('internal_cost', 'decimal(28, 6)'),
        'currency': ('upper(currency)', 'text'),
        'status': ('lower(status)', 'text'),
    },
    rules={
        'status is unknown': "status not in ('open', 'achieved', 'missed', 'cancelled')",
        'verified without an actual': 'verified_at is not null and actual_value__raw is null',
        'amount is negative': 'annual_benefit_amount < 0 or internal_cost_amount < 0',
    }
) }}
