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

-- Licensed items of subscriptions that are reduced.
items as (

    select
        invoiced.subscription_id,
        invoiced.item_id,
        invoiced.valid_from,
        invoiced.valid_to,
        invoiced.quantity * prices.unit_amount_minor as list_amount_minor
    from {{ ref('int_stripe__invoiced_items') }} as invoiced
    inner join {{ ref('stg_stripe__prices') }} as prices
        on invoiced.price_id = prices.price_id and prices.row_status = 'accepted'
    where
        coalesce(prices.usage_type, 'licensed') <> 'metered'
        and invoiced.subscription_id in (select discounts.subscription_id from discounts)

),

instants as (

    select
        subscription_id,
        valid_from as starts_at
    from items
    union
    select
        subscription_id,
        valid_to as starts_at
    from items

),

-- Between two instants the same items are in force.
spans as (

    select
        subscription_id,
        starts_at,
        lead(starts_at) over (partition by subscription_id order by starts_at) as ends_at
    from instants

),

-- An amount off a whole subscription is shared over its licensed items in force by price.
shared as (

    select
        items.subscription_id,
        items.item_id,
        spans.starts_at,
        spans.ends_at,
        coalesce(
            items.list_amount_minor
            / nullif(
                sum(items.list_amount_minor) over (
                    partition by items.subscription_id, spans.starts_at
                ),
                0
            ),
            0
        ) as share
    from items
    inner join spans
        on
            items.subscription_id = spans.subscription_id
            and items.valid_from <= spans.starts_at
            and items.valid_to > spans.starts_at

)

select
    shared.item_id,
    row_number() over (
        partition by shared.item_id, shared.starts_at
        order by discounts.starts_at, discounts.discount_id
    ) as seq,
    case when coupons.percent_off is not null then 'percent' else 'amount' end as discount_type,
    case
        when coupons.percent_off is not null then coupons.percent_off * 0.01
        else coupons.amount_off_minor * {{ major_unit('coupons.currency') }} * shared.share
    end as discount,
    coupons.duration in ('forever', 'repeating') as is_recurring,
    discounts.starts_at as discount_start,
    discounts.ends_at as discount_end,
    shared.starts_at as applies_from,
    shared.ends_at as applies_to
from discounts
inner join coupons on discounts.coupon_id = coupons.coupon_id
inner join shared on discounts.subscription_id = shared.subscription_id
