with items as (

    select
        *,
        -- Counted and invoiced: prices can be compared.
        is_counted and is_invoiced and standing <> 'trialing' as is_matched,
        mrr_amount - carried_amount - usage_amount as service_mrr_amount,
        -- What discounts took off MRR and not off the invoice.
        list_mrr_amount - (mrr_amount - carried_amount - usage_amount)
        - (list_rate_amount - rate_amount) as discount_gap_amount
    from {{ ref('fct_item_reconciliation') }}

),

-- What gives back or charges money without service is in neither amount but in a column of its own.
others as (

    select
        lines.customer_id,
        lines.month_start,
        sum(
            case when lines.kind in ('credit', 'goodwill') then lines.amount * rates.rate else 0 end
        ) as credit_amount
    from {{ ref('fct_invoiced_months') }} as lines
    left join {{ ref('dim_exchange_rates') }} as rates
        on lines.currency = rates.currency and lines.month_start = rates.month_start
    group by lines.customer_id, lines.month_start

),

{% set causes = {
    'rounding': 'case when is_matched and abs(discount_gap_amount) <= rounding_limit_amount
            then discount_gap_amount else 0 end',
    'discount': 'case when is_matched and abs(discount_gap_amount) > rounding_limit_amount
            and may_differ_from_invoice
            then discount_gap_amount else 0 end',
    'calendar': 'case when is_matched then monthly_amount - rate_amount else 0 end',
    'part_month': 'invoiced_amount - monthly_amount',
    'carried': '-carried_amount',
    'usage': '-usage_amount',
    'trial': "case when standing = 'trialing' then monthly_amount - service_mrr_amount else 0 end",
    'pause': "case when standing = 'paused' and not is_matched
            then monthly_amount - service_mrr_amount else 0 end",
    'unpaid': "case when standing in ('past_due', 'unpaid') and not is_counted
            then monthly_amount else 0 end",
    'ended_early': "case when standing = 'cancelled' and not is_counted
            then monthly_amount else 0 end",
} -%}
customer_months as (

    select
        customer_id,
        month_start,
        sum(mrr_amount) as mrr_amount,
        {%- for cause, amount in causes.items() %}
        sum({{ amount }}) as {{ cause }}_amount,
        {%- endfor %}
        sum(invoiced_amount) as invoiced_amount
    from items
    group by customer_id, month_start

)

select
    customer_months.customer_id,
    customer_months.month_start,
    cast(customer_months.mrr_amount as decimal(28, 6)) as mrr_amount,
    {%- for cause in causes %}
    cast(customer_months.{{ cause }}_amount as decimal(28, 6)) as {{ cause }}_amount,
    {%- endfor %}
    cast(
        customer_months.invoiced_amount - customer_months.mrr_amount
        {%- for cause in causes %} - customer_months.{{ cause }}_amount
        {%- endfor %} as decimal(28, 6)
    ) as unexplained_amount,
    cast(customer_months.invoiced_amount as decimal(28, 6)) as invoiced_amount,
    cast(coalesce(others.credit_amount, 0) as decimal(28, 6)) as credit_amount
from customer_months
inner join {{ ref('dim_customers') }} as customers
    on customer_months.customer_id = customers.customer_id
left join others
    on
        customer_months.customer_id = others.customer_id
        and customer_months.month_start = others.month_start
where not customers.is_internal
