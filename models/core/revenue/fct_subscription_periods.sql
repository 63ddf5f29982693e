with items as (

    select * from {{ ref('union_subscription_items') }}

),

contracts as (

    select * from {{ ref('union_contracts') }}

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
        {{ months_in_period('items.billing_interval', 'items.interval_count') }}
            as months_in_period,
        items.quantity,
        items.valid_from as starts_at,
        items.valid_to as ends_at
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

),

ended as (

    select
        paid.*,
        paused.paused_on is not null as is_pause
    from paid
    left join paused
        on
            paid.source_system = paused.source_system
            and paid.item_id = paused.item_id
            and {{ reporting_date('paid.ends_at') }} = paused.paused_on
    where paid.ends_at is not null

),

renewals as (

    select
        ended.period_id,
        min(successor.starts_at) as successor_starts_at
    from ended
    inner join contracts
        on
            ended.source_system = contracts.source_system
            and ended.contract_id = contracts.predecessor_id
    inner join paid as successor
        on
            contracts.source_system = successor.source_system
            and contracts.contract_id = successor.contract_id
            and ended.customer_id = successor.customer_id
            and successor.starts_at > ended.starts_at
            and {{ is_within_bridge('successor.starts_at', 'ended.ends_at') }}
    where not ended.is_pause
    group by ended.period_id

),

same_product as (

    select
        ended.period_id,
        min(successor.starts_at) as successor_starts_at
    from ended
    inner join paid as successor
        on
            ended.customer_id = successor.customer_id
            and (
                ended.product_id = successor.product_id
                or (
                    ended.source_system = successor.source_system
                    and ended.item_id = successor.item_id
                )
            )
            and successor.starts_at >= ended.ends_at
            and {{ is_within_bridge('successor.starts_at', 'ended.ends_at') }}
    where not ended.is_pause
    group by ended.period_id

),

followed as (

    select
        paid.*,
        coalesce(ended.is_pause, false) as is_pause,
        coalesce(renewals.successor_starts_at, same_product.successor_starts_at, paid.ends_at)
            as runs_until,
        renewals.period_id is not null or same_product.period_id is not null as has_successor
    from paid
    left join ended on paid.period_id = ended.period_id
    left join renewals on paid.period_id = renewals.period_id
    left join same_product on paid.period_id = same_product.period_id

),

-- A customer that would fall to nothing is carried to its next paid item, whatever the product.
last_ones as (

    select
        gone.period_id,
        min(successor.starts_at) as successor_starts_at
    from followed as gone
    inner join paid as successor
        on
            gone.customer_id = successor.customer_id
            and successor.starts_at >= gone.ends_at
            and {{ is_within_bridge('successor.starts_at', 'gone.ends_at') }}
    where
        not gone.has_successor
        and not gone.is_pause
        and not exists (
            select 1
            from paid as other
            where
                other.customer_id = gone.customer_id
                and other.starts_at <= gone.ends_at
                and (other.ends_at is null or other.ends_at > gone.ends_at)
        )
    group by gone.period_id

)

select
    followed.period_id,
    followed.customer_id,
    followed.source_system,
    followed.item_id,
    followed.contract_id,
    followed.plan_id,
    followed.product_id,
    followed.status,
    followed.is_price_uplift,
    followed.currency,
    followed.quantity,
    followed.list_amount,
    followed.months_in_period,
    followed.starts_at,
    followed.ends_at,
    coalesce(last_ones.successor_starts_at, followed.runs_until) as runs_until,
    followed.has_successor or last_ones.period_id is not null as has_successor,
    followed.is_pause
from followed
left join last_ones on followed.period_id = last_ones.period_id
