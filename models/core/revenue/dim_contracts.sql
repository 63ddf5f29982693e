-- Lines for a whole paid period; a change within one is no term of its own.
with term_lines as (

    select
        *,
        {{ months_between('service_start', 'service_end') }} as term_months,
        period_amount as list_amount,
        {{ dbt.dateadd('second', 1, 'service_start') }} as priced_at
    from {{ ref('union_invoice_lines') }}
    where
        kind = 'recurring'
        and not is_proration and not is_written_off
        and subscription_id is not null
        and amount + discount_amount > 0

),

{{ net_prices('term_lines', ['source_system', 'invoice_line_id']) }},

cancelled as (

    select
        source_system,
        item_id,
        max(cancel_requested_at) as cancel_requested_at,
        max(coalesce(valid_to, cast('9999-12-31' as timestamp))) as served_until
    from {{ ref('union_subscription_items') }}
    where status not in ('cancelled', 'unpaid')
    group by source_system, item_id

),

paid_terms as (

    select
        lines.source_system,
        lines.source_customer_id,
        lines.subscription_id,
        lines.subscription_id
        || ' ' || cast(lines.service_start as {{ dbt.type_string() }}) as contract_id,
        'paid_term' as contract_kind,
        lines.service_start as term_start,
        lines.service_end as term_end,
        lines.term_months,
        lines.currency,
        sum(net_prices.net_amount) * 12 / lines.term_months as arr_amount,
        nullif(least(max(cancelled.served_until), lines.service_end), lines.service_end)
            as terminated_at,
        max(cancelled.cancel_requested_at) as cancel_requested_at
    from term_lines as lines
    inner join net_prices
        on
            lines.source_system = net_prices.source_system
            and lines.invoice_line_id = net_prices.invoice_line_id
    left join cancelled
        on
            lines.source_system = cancelled.source_system
            and lines.item_id = cancelled.item_id
            and cancelled.cancel_requested_at >= lines.service_start
            and cancelled.cancel_requested_at < lines.service_end
    where lines.term_months >= 3
    group by
        lines.source_system,
        lines.source_customer_id,
        lines.subscription_id,
        lines.service_start,
        lines.service_end,
        lines.term_months,
        lines.currency

),

{% set known_columns = [
    'source_system', 'contract_id', 'contract_kind', 'source_customer_id', 'term_start', 'term_end',
    'arr_amount', 'currency', 'terminated_at', 'cancel_requested_at',
] -%}
known as (

    select
        {{ known_columns | join(',\n        ') }},
        cast(null as {{ dbt.type_string() }}) as subscription_id,
        coalesce(term_months, {{ months_between('term_start', 'term_end') }}) as term_months,
        predecessor_id,
        signed_at,
        case contract_kind when 'contract' then 1 else 2 end as precedence
    from {{ ref('union_contracts') }}
    union all
    select
        {{ known_columns | join(',\n        ') }},
        subscription_id,
        term_months,
        cast(null as {{ dbt.type_string() }}) as predecessor_id,
        cast(null as timestamp) as signed_at,
        3 as precedence
    from paid_terms

),

-- A customer's contracts are those of the best kind that it has any of.
ranked as (

    select
        known.*,
        ids.customer_id,
        min(known.precedence) over (partition by ids.customer_id) as best_precedence
    from known
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            known.source_system = ids.source_system
            and coalesce(known.source_customer_id, '(none)') = ids.source_customer_id

)

select
    source_system,
    contract_id,
    customer_id,
    contract_kind,
    subscription_id,
    term_start,
    term_end,
    term_months,
    cast(arr_amount as decimal(28, 6)) as arr_amount,
    coalesce(currency, '{{ var("reporting_currency") }}') as currency,
    predecessor_id,
    signed_at,
    cancel_requested_at,
    terminated_at
from ranked
where precedence = best_precedence
