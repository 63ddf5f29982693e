with issued as (

    select
        *,
        coalesce(subtotal_minor + coalesce(tax_minor, 0) - total_minor, 0) as discount_minor
    from {{ ref('stg_stripe__invoices') }}
    where
        row_status = 'accepted'
        and not coalesce(is_deleted, false)
        and status not in ('void', 'draft')

),

charged as (

    select
        *,
        coalesce(is_proration, false) as is_part,
        case
            when coalesce(is_discountable, true) and not coalesce(is_proration, false)
                then amount_minor
        end as discountable_minor,
        -- The billing period that a proration is a part of ends as it does.
        nullif({{ dbt.datediff(
            'min(period_start) over (partition by subscription_id, period_end)',
            'period_end', 'second'
        ) }}, 0) as seconds_of_period
    from {{ ref('stg_stripe__invoice_lines') }}
    where row_status = 'accepted' and replace(invoice_line_id, 'sub_', '') = invoice_line_id

),

-- No discount is landed by line: what an invoice's discounts took off is shared by amount. A
-- proration is landed net of them; at list price it is its part of a whole period.
priced as (

    select
        charged.*,
        coalesce(prices.nickname, charged.price_id) as plan_id,
        prices.product_id,
        case
            when charged.line_type = 'subscription' or charged.is_part
                then case when prices.usage_type = 'metered' then 'usage' else 'recurring' end
            else
                coalesce(
                    {{ json_text('charged.metadata', 'kind') }},
                    case when charged.amount_minor < 0 then 'credit' else 'one_off' end
                )
        end as kind,
        coalesce(
            issued.discount_minor * charged.discountable_minor
            / nullif(sum(charged.discountable_minor) over (partition by charged.invoice_id), 0),
            0
        ) as discount_minor,
        case
            when charged.is_part and prices.unit_amount_minor is not null
                then sign(charged.amount_minor) * charged.quantity * prices.unit_amount_minor
            else charged.amount_minor
        end as period_minor,
        {{ dbt.datediff('charged.period_start', 'charged.period_end', 'second') }}
        / cast(charged.seconds_of_period as double precision) as share_of_period
    from charged
    inner join issued on charged.invoice_id = issued.invoice_id
    left join {{ ref('stg_stripe__prices') }} as prices
        on charged.price_id = prices.price_id and prices.row_status = 'accepted'

),

entries as (

    select
        invoice_line_id,
        invoice_id,
        kind,
        amount_minor - discount_minor as amount_minor,
        case
            when is_part then period_minor * coalesce(share_of_period, 1) - amount_minor
            else discount_minor
        end as discount_minor,
        period_minor,
        cast(null as timestamp) as booked_at
    from priced
    union all
    select
        {{ dbt.concat(['invoice_id', "':tax'"]) }} as invoice_line_id,
        invoice_id,
        'tax' as kind,
        tax_minor as amount_minor,
        0 as discount_minor,
        tax_minor as period_minor,
        created_at as booked_at
    from issued
    where tax_minor <> 0
    union all
    select
        credit_id as invoice_line_id,
        invoice_id,
        kind,
        amount_minor,
        0 as discount_minor,
        amount_minor as period_minor,
        credited_at as booked_at
    from {{ ref('int_stripe__credits') }}

)

select
    entries.invoice_line_id,
    entries.invoice_id,
    issued.customer_id as source_customer_id,
    issued.subscription_id,
    priced.subscription_item_id as item_id,
    priced.plan_id,
    priced.product_id,
    entries.kind,
    entries.amount_minor * {{ major_unit('issued.currency') }} as amount,
    entries.discount_minor * {{ major_unit('issued.currency') }} as discount_amount,
    entries.period_minor * {{ major_unit('issued.currency') }} as period_amount,
    upper(issued.currency) as currency,
    issued.status = 'uncollectible' as is_written_off,
    coalesce(priced.is_part, false) as is_proration,
    priced.period_start as service_start,
    priced.period_end as service_end,
    coalesce(entries.booked_at, issued.created_at) as invoiced_at
from entries
inner join issued on entries.invoice_id = issued.invoice_id
left join priced on entries.invoice_line_id = priced.invoice_line_id
