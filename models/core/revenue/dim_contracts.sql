with ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- One line each of a paid period of three months and more; changes within it are no term of their own.
term_lines as (

    select
        *,
        cast(
            round({{ calendar_position(reporting_date('service_end')) }} - {{ calendar_position(reporting_date('service_start')) }})
            as bigint
        ) as term_months,
        period_amount as list_amount,
        {{ dbt.dateadd('second', 1, 'service_start') }} as priced_at
    from {{ ref('union_invoice_lines') }}
    where
        kind = 'recurring'
        and not is_proration
        and not is_written_off
        and subscription_id is not null
        and amount + discount_amount > 0

),

{{ net_prices('term_lines', ['source_system', 'invoice_line_id']) }},

cancelled as (

    select
        source_system,
        item_id,
        max(cancel_requested_at) as cancel_requested_at,
        min(case when status = 'cancelled' then valid_from end) as terminated_at
    from {{ ref('union_subscription_items') }}
    group by source_system, item_id

),

paid_terms as (

    select
        lines.source_system,
        lines.source_customer_id,
        lines.subscription_id,
        lines.service_start,
        lines.service_end,
        lines.term_months,
        lines.currency,
        sum(net_prices.net_amount) * 12 / lines.term_months as arr_amount,
        max(
            case
                when cancelled.cancel_requested_at between lines.service_start and lines.service_end
                    then cancelled.cancel_requested_at
            end
        ) as cancel_requested_at,
        min(
            case
                when
                    cancelled.terminated_at >= lines.service_start
                    and cancelled.terminated_at < lines.service_end
                    then cancelled.terminated_at
            end
        ) as terminated_at
    from term_lines as lines
    inner join net_prices
        on
            lines.source_system = net_prices.source_system
            and lines.invoice_line_id = net_prices.invoice_line_id
    left join cancelled
        on lines.source_system = cancelled.source_system and lines.item_id = cancelled.item_id
    where lines.term_months >= 3
    group by 1, 2, 3, 4, 5, 6, 7

),

known as (

    select
        source_system, contract_id, contract_kind, source_customer_id,
        cast(null as {{ dbt.type_string() }}) as subscription_id,
        term_start, term_end, term_months, arr_amount, currency, predecessor_id, signed_at,
        cancel_requested_at, terminated_at,
        case contract_kind when 'contract' then 1 else 2 end as precedence
    from {{ ref('union_contracts') }}
    union all
    select
        source_system,
        {{ dbt.concat(['subscription_id', "' '", 'cast(service_start as ' ~ dbt.type_string() ~ ')']) }},
        'paid_term', source_customer_id, subscription_id,
        service_start, service_end, term_months, arr_amount, currency, null, null,
        cancel_requested_at, terminated_at,
        3
    from paid_terms

),

-- A customer's contracts are those of the best kind that it has any of.
ranked as (

    select
        known.*,
        ids.customer_id,
        min(known.precedence) over (partition by ids.customer_id) as best_precedence
    from known
    inner join ids
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
    cast(
        coalesce(
            term_months,
            round({{ calendar_position(reporting_date('term_end')) }} - {{ calendar_position(reporting_date('term_start')) }})
        ) as bigint
    ) as term_months,
    cast(arr_amount as decimal(28, 6)) as arr_amount,
    coalesce(currency, '{{ var("reporting_currency") }}') as currency,
    predecessor_id,
    signed_at,
    cancel_requested_at,
    terminated_at
from ranked
where precedence = best_precedence
