-- Where the loader lands no table of discounts, each version of a subscription holds its own.
with discounts as (

    select
        discount_id,
        subscription_id,
        coupon_id,
        starts_at,
        ends_at
    from {{ ref('stg_stripe__subscription_discounts') }}
    where row_status = 'accepted'

    union all

    select
        subscription_id || ' ' || discount_coupon_id as discount_id,
        subscription_id,
        discount_coupon_id as coupon_id,
        discount_starts_at as starts_at,
        max(discount_ends_at) as ends_at
    from {{ ref('stg_stripe__subscription_versions') }}
    where row_status = 'accepted' and discount_coupon_id is not null
    group by subscription_id, discount_coupon_id, discount_starts_at

),

coupons as (

    select * from {{ ref('stg_stripe__coupons') }}
    where row_status = 'accepted'

),

prices as (

    select * from {{ ref('stg_stripe__prices') }}
    where row_status = 'accepted'

),

-- An amount off a whole subscription is shared over the licensed items of its invoice by price.
lines as (

    select
        invoice_lines.subscription_id,
        invoice_lines.subscription_item_id as item_id,
        invoice_lines.period_start,
        invoice_lines.period_end,
        coalesce(
            invoice_lines.amount_minor
            / nullif(
                sum(invoice_lines.amount_minor) over (partition by invoice_lines.invoice_id), 0
            ),
            0
        ) as share
    from {{ ref('stg_stripe__invoice_lines') }} as invoice_lines
    inner join prices on invoice_lines.price_id = prices.price_id
    where
        invoice_lines.row_status = 'accepted'
        and invoice_lines.line_type = 'subscription'
        and not coalesce(invoice_lines.is_proration, false)
        and coalesce(prices.usage_type, 'licensed') <> 'metered'

)

select
    lines.item_id,
    row_number() over (
        partition by lines.item_id, lines.period_start
        order by discounts.starts_at, discounts.discount_id
    ) as seq,
    case when coupons.percent_off is not null then 'percent' else 'amount' end as discount_type,
    case
        when coupons.percent_off is not null then coupons.percent_off * 0.01
        else coupons.amount_off_minor * {{ major_unit('coupons.currency') }} * lines.share
    end as discount,
    coupons.duration in ('forever', 'repeating') as is_recurring,
    discounts.starts_at as discount_start,
    discounts.ends_at as discount_end,
    lines.period_start as applies_from,
    lines.period_end as applies_to
from discounts
inner join coupons on discounts.coupon_id = coupons.coupon_id
inner join lines on discounts.subscription_id = lines.subscription_id
