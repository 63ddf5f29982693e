with items as (

    select
        *,
        lag(status) over (partition by source_system, item_id order by valid_from)
            as previous_status,
        lead(status) over (partition by source_system, item_id order by valid_from) as next_status
    from {{ ref('union_subscription_items') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- Licensed service that counts as recurring revenue while it runs (R5 and the policy variables).
paid as (

    select
        {{ surrogate_key(['items.source_system', 'items.item_id', 'items.valid_from']) }}
            as period_id,
        ids.customer_id,
        items.source_system,
        items.item_id,
        items.contract_id,
        items.plan_id,
        items.product_id,
        items.status,
        items.is_price_uplift,
        items.currency,
        cast(items.quantity * items.unit_price as decimal(28, 6)) as list_amount,
        items.quantity,
        {{ months_in_period('items.billing_interval', 'items.interval_count') }}
            as months_in_period,
        items.valid_from as starts_at,
        items.valid_to as ends_at,
        items.next_status,
        coalesce(items.previous_status = 'paused', false) as is_resumed
    from items
    inner join ids
        on
            items.source_system = ids.source_system
            and coalesce(items.source_customer_id, '(none)') = ids.source_customer_id
    where
        not items.is_metered
        and items.quantity * items.unit_price > 0
        and items.status in ({{ "'" ~ counted_statuses() | join("', '") ~ "'" }})
        and (items.valid_to is null or items.valid_to > items.valid_from)

),

paused as (

    select distinct
        source_system,
        item_id,
        {{ reporting_date('valid_from') }} as paused_on
    from items
    where status = 'paused'

)

select
    paid.period_id,
    paid.customer_id,
    paid.source_system,
    paid.item_id,
    paid.contract_id,
    paid.plan_id,
    paid.product_id,
    paid.status,
    paid.is_price_uplift,
    paid.currency,
    paid.list_amount,
    paid.quantity,
    paid.months_in_period,
    paid.starts_at,
    paid.ends_at,
    paused.paused_on is not null as is_pause,
    -- An unpaid bill is closed at once, or stands as unpaid for a while first.
    paused.paused_on is null and (
        coalesce(paid.next_status = 'unpaid', false)
        or (paid.status = 'past_due' and coalesce(paid.next_status, 'cancelled') = 'cancelled')
    ) as is_non_payment,
    paid.is_resumed
from paid
left join paused
    on
        paid.source_system = paused.source_system
        and paid.item_id = paused.item_id
        and {{ reporting_date('paid.ends_at') }} = paused.paused_on
