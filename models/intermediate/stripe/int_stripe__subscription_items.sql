with invoiced as (

    select * from {{ ref('int_stripe__invoiced_items') }}

),

prices as (

    select * from {{ ref('stg_stripe__prices') }}
    where row_status = 'accepted'

),

versions as (

    select * from {{ ref('int_stripe__subscription_versions') }}

),

served as (

    select
        invoiced.item_id,
        invoiced.price_id,
        invoiced.quantity,
        versions.customer_id,
        versions.status,
        versions.cancel_requested_at,
        greatest(invoiced.valid_from, versions.valid_from) as valid_from,
        least(invoiced.valid_to, versions.valid_to) as valid_to
    from invoiced
    inner join versions
        on
            invoiced.subscription_id = versions.subscription_id
            and versions.status <> 'paused'
            and invoiced.valid_from < versions.valid_to
            and invoiced.valid_to > versions.valid_from

    union all

    -- A pause is not invoiced: its item stands at what was invoiced last before it.
    select
        invoiced.item_id,
        invoiced.price_id,
        invoiced.quantity,
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
            and invoiced.valid_from <= versions.valid_from
            and (
                invoiced.next_line_start > versions.valid_from
                or invoiced.next_line_start is null
            )

)

select
    served.item_id,
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
