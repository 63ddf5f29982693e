{{ staged(
    source('files', 'advocacy_acts'),
    key=['act_id'],
    required=['source_customer_id', 'kind', 'occurred_at'],
    newest=none,
    columns={
        'act_id': ('act_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'contact_id': ('contact_id', 'text'),
        'kind': ('kind', 'text'),
        'occurred_at': ('occurred_at', 'timestamp'),
    },
    rules={
        'kind is unknown': "kind not in ('reference', 'testimonial', 'case_study', 'review')",
    }
) }}
