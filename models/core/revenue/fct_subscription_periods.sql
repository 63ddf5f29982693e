with service as (

    select * from {{ ref('fct_paid_service') }}

),

contracts as (

    select * from {{ ref('union_contracts') }}

),

-- What a customer begins within the bridge after a service of it ended; a renewal may begin before.
followed as (

    select
        ended.period_id,
        min(
            case when contracts.contract_id is not null then next_one.starts_at end
        ) as renewal_starts_at,
        min(
            case
                when
                    next_one.starts_at >= ended.ends_at
                    and (
                        ended.product_id = next_one.product_id
                        or (
                            ended.source_system = next_one.source_system
                            and ended.item_id = next_one.item_id
                        )
                    )
                    then next_one.starts_at
            end
        ) as same_product_starts_at,
        min(
            case when next_one.starts_at >= ended.ends_at then next_one.starts_at end
        ) as any_starts_at
    from service as ended
    inner join service as next_one
        on
            ended.customer_id = next_one.customer_id
            and ended.starts_at < next_one.starts_at
            and {{ is_within_bridge('next_one.starts_at', 'ended.ends_at') }}
    left join contracts
        on
            next_one.source_system = contracts.source_system
            and next_one.contract_id = contracts.contract_id
            and ended.source_system = contracts.source_system
            and ended.contract_id = contracts.predecessor_id
    where not ended.is_pause and not ended.is_usage
    group by ended.period_id

),

-- Ended service beside which the customer has more that goes on.
still_served as (

    select distinct ended.period_id
    from service as ended
    inner join service as other
        on
            ended.customer_id = other.customer_id
            and ended.ends_at >= other.starts_at
            and (ended.ends_at < other.ends_at or other.ends_at is null)

),

carried as (

    select
        service.*,
        coalesce(
            followed.renewal_starts_at,
            followed.same_product_starts_at,
            case when still_served.period_id is null then followed.any_starts_at end
        ) as successor_starts_at
    from service
    left join followed on service.period_id = followed.period_id
    left join still_served on service.period_id = still_served.period_id

),

-- Whether anything followed an item is what followed its last service.
judged as (

    select
        *,
        first_value(successor_starts_at) over (
            partition by source_system, item_id order by starts_at desc
        ) as item_successor_starts_at
    from carried

)

select
    period_id,
    customer_id,
    source_system,
    item_id,
    contract_id,
    plan_id,
    product_id,
    status,
    is_price_uplift,
    currency,
    quantity,
    list_amount,
    months_in_period,
    starts_at,
    ends_at,
    cancel_requested_at,
    -- R14 mrr_loss_date: what nothing follows may be lost on the day that its end was asked for.
    case
        when
            {{ '1 = 1' if policy('mrr_loss_date') == 'cancel_request' else '1 = 0' }}
            and item_successor_starts_at is null
            and (cancel_requested_at < coalesce(successor_starts_at, ends_at) or ends_at is null)
            then cancel_requested_at
        else coalesce(successor_starts_at, ends_at)
    end as runs_until,
    successor_starts_at is not null as has_successor,
    is_usage,
    is_pause,
    is_non_payment,
    is_resumed
from judged
