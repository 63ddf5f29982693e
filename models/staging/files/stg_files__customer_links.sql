{{ staged(
    source('files', 'customer_links'),
    key=['source_customer_id', 'linked_system', 'linked_customer_id'],
    newest=none,
    columns={
        'source_customer_id': ('customer_id', 'text'),
        'linked_system': (
            "case lower(trim(linked_system)) when 'website' then '(website)' when 'email_domain' then '(domain)'"
            ~ " else lower(trim(linked_system)) end",
            'text',
        ),
        'linked_customer_id': (
            "case when lower(trim(linked_system)) = 'website' then " ~ website_domain('linked_customer_id')
            ~ " else linked_customer_id end",
            'text',
        ),
        'link_rule': ("'files.customer_links'", 'text'),
        'confidence': ("case when lower(trim(linked_system)) in ('website', 'email_domain') then 0.8 else 1 end", 'double'),
    },
    rules={
        'linked_system is unknown':
            "linked_system not in ('(website)', '(domain)', '" ~ var('staging_models').keys() | reject('eq', 'files') | join("', '") ~ "')",
        'an e-mail domain has no @': "linked_system = '(domain)' and linked_customer_id like '%@%'",
    }
) }}
