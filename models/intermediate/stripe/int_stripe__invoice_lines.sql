with credit_notes as (

    select * from {{ ref('stg_stripe__credit_notes') }}
    where row_status = 'accepted' and status = 'issued'

),

issued as (

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

{% set nothing = 'cast(null as ' ~ dbt.type_string() ~ ')' -%}
entries as (

    select
        invoice_line_id, invoice_id, subscription_item_id as item_id, plan_id, product_id, kind,
        amount_minor - discount_minor as amount_minor,
        case
            when is_part then period_minor * coalesce(share_of_period, 1) - amount_minor
            else discount_minor
        end as discount_minor,
        period_minor, is_part, period_start, period_end, cast(null as timestamp) as booked_at
    from priced
    union all
    select
        {{ dbt.concat(['invoice_id', "':tax'"]) }}, invoice_id, {{ nothing }}, {{ nothing }},
        {{ nothing }}, 'tax', tax_minor, 0, tax_minor, false, null, null, null
    from issued
    where tax_minor <> 0
    union all
    -- Without tax where the note says what that is.
    select
        credit_note_id, invoice_id, {{ nothing }}, {{ nothing }}, {{ nothing }},
        case when reason = 'product_unsatisfactory' then 'goodwill' else 'credit' end,
        -coalesce(subtotal_minor - coalesce(discount_amount_minor, 0), amount_minor), 0,
        -amount_minor, false, null, null, created_at
    from credit_notes
    union all
    -- A refund that a credit note stands for is not given back twice.
    select
        refunds.refund_id, charges.invoice_id, {{ nothing }}, {{ nothing }}, {{ nothing }},
        'credit', -refunds.amount_minor, 0, -refunds.amount_minor, false, null, null,
        refunds.created_at
    from {{ ref('stg_stripe__refunds') }} as refunds
    inner join {{ ref('stg_stripe__charges') }} as charges
        on refunds.charge_id = charges.charge_id and charges.row_status = 'accepted'
    where
        refunds.row_status = 'accepted'
        and refunds.status = 'succeeded'
        and refunds.refund_id not in (select refund_id from credit_notes where refund_id is not null)

)

select
    entries.invoice_line_id,
    entries.invoice_id,
    issued.customer_id as source_customer_id,
    issued.subscription_id,
    entries.item_id,
    entries.plan_id,
    entries.product_id,
    entries.kind,
    entries.amount_minor * {{ major_unit('issued.currency') }} as amount,
    entries.discount_minor * {{ major_unit('issued.currency') }} as discount_amount,
    entries.period_minor * {{ major_unit('issued.currency') }} as period_amount,
    upper(issued.currency) as currency,
    issued.status = 'uncollectible' as is_written_off,
    entries.is_part as is_proration,
    entries.period_start as service_start,
    entries.period_end as service_end,
    coalesce(entries.booked_at, issued.created_at) as invoiced_at
from entries
inner join issued on entries.invoice_id = issued.invoice_id
