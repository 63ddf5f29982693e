{%- set list_amount -%}
{{ try_cast('amount', 'decimal(28, 6)') }}
+ coalesce({{ try_cast('discount_amount', 'decimal(28, 6)') }}, 0)
{%- endset -%}
{{ staged(
    source('files', 'invoice_lines'),
    key=['invoice_line_id'],
    required=['source_customer_id', 'kind', 'amount', 'currency', 'invoiced_at'],
    newest=none,
    columns={
        'invoice_line_id': ('invoice_line_id', 'text'),
        'invoice_id': ('invoice_id', 'text'),
        'source_customer_id': ('customer_id', 'text'),
        'subscription_id': ('subscription_id', 'text'),
        'item_id': ('item_id', 'text'),
        'plan_id': ('plan_id', 'text'),
        'product_id': ('product_id', 'text'),
        'kind': ('kind', 'text'),
        'amount': ('amount', 'decimal(28, 6)'),
        'discount_amount': (['discount_amount', "'0'"], 'decimal(28, 6)'),
        'period_amount': (['period_amount', list_amount], 'decimal(28, 6)'),
        'currency': ('upper(currency)', 'text'),
        'is_written_off': (['is_written_off', "'false'"], 'boolean'),
        'is_proration': (['is_proration', "'false'"], 'boolean'),
        'service_start': ('service_start', 'timestamp'),
        'service_end': ('service_end', 'timestamp'),
        'invoiced_at': (['invoiced_at', 'service_start'], 'timestamp'),
    },
    rules={
        'kind is unknown':
            "kind not in ('recurring', 'usage', 'service', 'one_off', 'tax', 'credit', 'goodwill')",
        'service time is missing':
            "kind in ('recurring', 'usage') and (service_start is null or service_end is null)",
        'service ends before it starts': 'service_end < service_start',
        'what is given back is not negative': "kind in ('credit', 'goodwill') and amount > 0",
    }
) }}
