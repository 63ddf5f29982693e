with lines as (

    select * from {{ ref('stg_stripe__invoice_lines') }}
    where row_status = 'accepted' and replace(invoice_line_id, 'sub_', '') = invoice_line_id

),

prices as (

    select * from {{ ref('stg_stripe__prices') }}
    where row_status = 'accepted'

),

-- Fivetran lands no discount by line: what an invoice's discounts took off is shared by amount.
issued as (

    select
        *,
        greatest(coalesce(subtotal_minor + coalesce(tax_minor, 0) - total_minor, 0), 0)
            as discount_minor
    from {{ ref('stg_stripe__invoices') }}
    where
        row_status = 'accepted'
        and not coalesce(is_deleted, false)
        and status not in ('void', 'draft')

),

charged as (

    select
        lines.*,
        issued.customer_id,
        issued.created_at as invoiced_at,
        coalesce(lines.is_proration, false) as is_part,
        case
            when lines.line_type <> 'subscription' and not coalesce(lines.is_proration, false)
                then 'one_off'
            when prices.usage_type = 'metered' then 'usage'
            else 'recurring'
        end as kind,
        coalesce(prices.nickname, lines.price_id) as plan_id,
        prices.product_id,
        case
            when coalesce(lines.is_proration, false)
                then sign(lines.amount_minor) * lines.quantity * prices.unit_amount_minor
            else lines.amount_minor
        end as period_minor,
        case
            when coalesce(lines.is_discountable, true) and lines.amount_minor > 0
                then
                    issued.discount_minor * lines.amount_minor
                    / nullif(
                        sum(
                            case
                                when
                                    coalesce(lines.is_discountable, true)
                                    and lines.amount_minor > 0
                                    then lines.amount_minor
                            end
                        ) over (partition by lines.invoice_id), 0
                    )
            else 0
        end as discount_minor,
        {{ major_unit('lines.currency') }} as unit
    from lines
    inner join issued on lines.invoice_id = issued.invoice_id
    left join prices on lines.price_id = prices.price_id

)

select
    invoice_line_id,
    invoice_id,
    customer_id as source_customer_id,
    subscription_id,
    subscription_item_id as item_id,
    plan_id,
    product_id,
    kind,
    (amount_minor - discount_minor) * unit as amount,
    discount_minor * unit as discount_amount,
    period_minor * unit as period_amount,
    upper(currency) as currency,
    is_part as is_proration,
    period_start as service_start,
    period_end as service_end,
    invoiced_at
from charged
union all
select
    {{ dbt.concat(['invoice_id', "':tax'"]) }} as invoice_line_id,
    invoice_id,
    customer_id as source_customer_id,
    subscription_id,
    cast(null as {{ dbt.type_string() }}) as item_id,
    cast(null as {{ dbt.type_string() }}) as plan_id,
    cast(null as {{ dbt.type_string() }}) as product_id,
    'tax' as kind,
    tax_minor * {{ major_unit('currency') }} as amount,
    0 as discount_amount,
    tax_minor * {{ major_unit('currency') }} as period_amount,
    upper(currency) as currency,
    false as is_proration,
    cast(null as timestamp) as service_start,
    cast(null as timestamp) as service_end,
    created_at as invoiced_at
from issued
where tax_minor <> 0
