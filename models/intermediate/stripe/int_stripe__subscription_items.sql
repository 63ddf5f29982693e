with lines as (

    select * from {{ ref('stg_stripe__invoice_lines') }}
    where row_status = 'accepted'

),

invoices as (

    select * from {{ ref('stg_stripe__invoices') }}
    where row_status = 'accepted'

),

prices as (

    select * from {{ ref('stg_stripe__prices') }}
    where row_status = 'accepted'

),

versions as (

    select * from {{ ref('int_stripe__subscription_versions') }}

),

-- Stripe keeps only an item's present price and quantity: its history is what was invoiced.
invoiced as (

    select
        lines.*,
        lead(lines.period_start) over (
            partition by lines.subscription_item_id
            order by lines.period_start, lines.invoice_line_id
        ) as next_period_start
    from lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
    where
        lines.line_type = 'subscription'
        and not coalesce(lines.is_proration, false)
        and replace(lines.invoice_line_id, 'sub_', '') = lines.invoice_line_id
        and not coalesce(invoices.is_deleted, false)
        and invoices.status not in ('void', 'draft')

),

served as (

    select
        invoiced.*,
        versions.customer_id,
        versions.status,
        versions.cancel_requested_at,
        greatest(invoiced.period_start, versions.valid_from) as valid_from,
        least(invoiced.period_end, versions.valid_to) as valid_to
    from invoiced
    inner join versions
        on
            invoiced.subscription_id = versions.subscription_id
            and versions.status <> 'paused'
            and invoiced.period_start < versions.valid_to
            and invoiced.period_end > versions.valid_from

    union all

    -- A pause is not invoiced: its item stands at what was invoiced last before it.
    select
        invoiced.*,
        versions.customer_id,
        versions.status,
        versions.cancel_requested_at,
        versions.valid_from,
        nullif(versions.valid_to, cast('9999-12-31' as timestamp)) as valid_to
    from invoiced
    inner join versions
        on
            invoiced.subscription_id = versions.subscription_id
            and versions.status = 'paused'
            and invoiced.period_start <= versions.valid_from
            and (
                invoiced.next_period_start > versions.valid_from
                or invoiced.next_period_start is null
            )

)

select
    served.subscription_item_id as item_id,
    served.customer_id as source_customer_id,
    cast(null as {{ dbt.type_string() }}) as contract_id,
    coalesce(prices.nickname, prices.price_id) as plan_id,
    prices.product_id,
    served.status,
    prices.billing_interval,
    prices.interval_count,
    served.quantity,
    prices.unit_amount_minor * {{ major_unit('prices.currency') }} as unit_price,
    upper(prices.currency) as currency,
    coalesce(prices.usage_type = 'metered', false) as is_metered,
    false as is_price_uplift,
    served.cancel_requested_at,
    served.valid_from,
    served.valid_to
from served
inner join prices on served.price_id = prices.price_id
