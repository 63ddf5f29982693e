with discounts as (

    select * from {{ ref('stg_stripe__subscription_discounts') }} where row_status = 'accepted'

),

coupons as (

    select * from {{ ref('stg_stripe__coupons') }} where row_status = 'accepted'

),

prices as (

    select * from {{ ref('stg_stripe__prices') }} where row_status = 'accepted'

),

lines as (

    select
        invoice_lines.subscription_id,
        invoice_lines.subscription_item_id,
        invoice_lines.amount_minor,
        row_number() over (
            partition by invoice_lines.subscription_item_id
            order by invoice_lines.period_start desc, invoice_lines.invoice_line_id
        ) as recency
    from {{ ref('stg_stripe__invoice_lines') }} as invoice_lines
    inner join prices on invoice_lines.price_id = prices.price_id
    where
        invoice_lines.row_status = 'accepted'
        and invoice_lines.line_type = 'subscription'
        and not coalesce(invoice_lines.is_proration, false)
        and prices.usage_type = 'licensed'

),

-- An amount off a whole subscription is shared over its licensed items by their latest price.
items as (

    select
        subscription_id,
        subscription_item_id as item_id,
        coalesce(amount_minor / nullif(sum(amount_minor) over (partition by subscription_id), 0), 0) as share
    from lines
    where recency = 1

)

select
    items.item_id,
    row_number() over (partition by items.item_id order by discounts.starts_at, discounts.discount_id) as seq,
    case when coupons.percent_off is not null then 'percent' else 'amount' end as discount_type,
    case
        when coupons.percent_off is not null then coupons.percent_off * 0.01
        else coupons.amount_off_minor * {{ major_unit('coupons.currency') }} * items.share
    end as discount,
    coupons.duration in ('forever', 'repeating') as is_recurring,
    discounts.starts_at as discount_start,
    discounts.ends_at as discount_end
from discounts
inner join coupons on discounts.coupon_id = coupons.coupon_id
inner join items on discounts.subscription_id = items.subscription_id
