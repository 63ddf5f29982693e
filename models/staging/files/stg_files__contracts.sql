{{ staged(
    source('files', 'contracts'),
    key=['contract_id'],
    required=['source_customer_id', 'term_start', 'term_end'],
    newest=none,
    columns={
        'contract_id': ('contract_id', 'text'),
        'contract_kind': ("'contract'", 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'term_start': ('term_start', 'timestamp'),
        'term_end': ('term_end', 'timestamp'),
        'term_months': ('term_months', 'bigint'),
        'arr_amount': ('arr_amount', 'decimal(28, 6)'),
        'currency': ('upper(currency)', 'text'),
        'predecessor_id': ('predecessor_id', 'text'),
        'signed_at': ('signed_at', 'timestamp'),
        'cancel_requested_at': ('cancel_requested_at', 'timestamp'),
        'terminated_at': ('terminated_at', 'timestamp'),
    },
    rules={
        'end is before start': 'term_end < term_start',
        'price is negative': 'arr_amount < 0',
    }
) }}
