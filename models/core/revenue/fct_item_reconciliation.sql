with months as (

    select * from {{ ref('dim_months') }}

),

-- MRR of a source that lands no invoices has nothing to be reconciled with.
mrr as (

    select
        customer_id,
        source_system,
        item_id,
        month_start,
        sum(mrr_amount) as mrr_amount,
        sum(case when standing = 'carried' then mrr_amount else 0 end) as carried_amount,
        sum(case when standing = 'usage' then mrr_amount else 0 end) as usage_amount,
        sum(case when standing not in ('carried', 'usage') then list_mrr_amount else 0 end)
            as list_mrr_amount,
        max(case when standing not in ('carried', 'usage') then standing end) as standing,
        max(months_in_period) as months_in_period,
        max(case when may_differ_from_invoice then 1 else 0 end) = 1 as may_differ_from_invoice
    from {{ ref('fct_item_months') }}
    where
        source_system in (select lines.source_system from {{ ref('union_invoice_lines') }} as lines)
    group by customer_id, source_system, item_id, month_start

),

invoices as (

    select
        lines.customer_id,
        lines.source_system,
        coalesce(lines.item_id, '(none)') as item_id,
        lines.month_start,
        sum(lines.amount * rates.rate) as invoiced_amount,
        max(case when lines.is_at_month_end then 1 else 0 end) = 1 as is_invoiced,
        max(case when lines.is_at_month_end then lines.starts_on end) as starts_on,
        sum(coalesce(lines.monthly_amount, 0) * rates.rate) as monthly_amount,
        sum(case when lines.is_at_month_end then lines.period_amount else 0 end * rates.rate)
            as period_amount,
        sum(case when lines.is_at_month_end then lines.net_period_amount else 0 end * rates.rate)
            as net_period_amount,
        sum(case when lines.is_at_month_end then lines.rounding_amount else 0 end * rates.rate)
            as rounding_amount
    from {{ ref('fct_invoiced_months') }} as lines
    left join {{ ref('dim_exchange_rates') }} as rates
        on lines.currency = rates.currency and lines.month_start = rates.month_start
    where lines.kind = 'recurring'
    group by
        lines.customer_id, lines.source_system, coalesce(lines.item_id, '(none)'), lines.month_start

),

{% set keys = ['customer_id', 'source_system', 'item_id', 'month_start'] -%}
{% set group = 'invoices.' ~ keys | join(', invoices.') -%}
-- Where service is invoiced and not counted, the item's newest version says how it stood.
versions as (

    select
        invoices.customer_id,
        invoices.item_id,
        invoices.source_system,
        invoices.month_start,
        case
            when items.valid_to < months.ends_at then 'cancelled'
            {% if policy('mrr_loss_date') == 'cancel_request' -%}
                when
                    items.status = 'active' and items.cancel_requested_at < months.ends_at
                    then 'cancelled'
            {% endif -%}
            else items.status
        end as standing,
        row_number() over (partition by {{ group }} order by items.valid_from desc) as recency,
        max(case when items.status <> 'cancelled' then coalesce(items.valid_to, months.ends_at) end)
            over (partition by {{ group }}) as served_until
    from invoices
    inner join months on invoices.month_start = months.month_start
    inner join {{ ref('union_subscription_items') }} as items
        on
            invoices.source_system = items.source_system
            and invoices.item_id = items.item_id
            and items.valid_from < months.ends_at

)

select
    coalesce(mrr.customer_id, invoices.customer_id) as customer_id,
    coalesce(mrr.source_system, invoices.source_system) as source_system,
    coalesce(mrr.item_id, invoices.item_id) as item_id,
    coalesce(mrr.month_start, invoices.month_start) as month_start,
    case
        when mrr.standing is not null then mrr.standing
        when
            versions.standing = 'cancelled'
            and {{ reporting_date('versions.served_until') }} < invoices.starts_on
            then 'billed_on'
        else versions.standing
    end as standing,
    mrr.standing is not null as is_counted,
    coalesce(invoices.is_invoiced, false) as is_invoiced,
    coalesce(mrr.may_differ_from_invoice, false) as may_differ_from_invoice,
    cast(coalesce(mrr.mrr_amount, 0) as decimal(28, 6)) as mrr_amount,
    cast(coalesce(mrr.carried_amount, 0) as decimal(28, 6)) as carried_amount,
    cast(coalesce(mrr.usage_amount, 0) as decimal(28, 6)) as usage_amount,
    cast(coalesce(mrr.list_mrr_amount, 0) as decimal(28, 6)) as list_mrr_amount,
    cast(coalesce(invoices.invoiced_amount, 0) as decimal(28, 6)) as invoiced_amount,
    cast(coalesce(invoices.monthly_amount, 0) as decimal(28, 6)) as monthly_amount,
    cast(coalesce(invoices.period_amount / mrr.months_in_period, 0) as decimal(28, 6))
        as list_rate_amount,
    cast(coalesce(invoices.net_period_amount / mrr.months_in_period, 0) as decimal(28, 6))
        as rate_amount,
    cast(coalesce(invoices.rounding_amount / mrr.months_in_period, 0) as decimal(28, 6))
        as rounding_limit_amount
from mrr
full outer join invoices
    on
        mrr.customer_id = invoices.customer_id
        and mrr.source_system = invoices.source_system
        and mrr.item_id = invoices.item_id
        and mrr.month_start = invoices.month_start
left join versions
    on
        invoices.customer_id = versions.customer_id
        and invoices.source_system = versions.source_system
        and invoices.item_id = versions.item_id
        and invoices.month_start = versions.month_start
        and versions.recency = 1
