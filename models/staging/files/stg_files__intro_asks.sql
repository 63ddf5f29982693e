{{ staged(
    source('files', 'intro_asks'),
    key=['ask_id'],
    required=['party_type', 'asked_at'],
    newest=none,
    columns={
        'ask_id': ('ask_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'contact_id': ('contact_id', 'text'),
        'party_type': ('party_type', 'text'),
        'asked_at': ('asked_at', 'timestamp'),
        'outcome': ('outcome', 'text'),
    },
    rules={
        'party type is unknown': "party_type not in ('customer', 'partner', 'user')",
        'customer is missing': "party_type in ('customer', 'user') and source_customer_id is null",
        'outcome is unknown': "outcome not in ('accepted', 'declined', 'no_answer')",
    }
) }}
