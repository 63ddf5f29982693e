with units as (

    select
        units.*,
        ids.customer_id,
        {{ dbt.dateadd('day', 90, 'units.issued_at') }} as window_ends_at
    from {{ ref('union_reward_units') }} as units
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            units.source_system = ids.source_system
            and units.source_customer_id = ids.source_customer_id

),

limited as (

    select
        *,
        case when expires_at < window_ends_at then expires_at else window_ends_at end as matured_at
    from units

)

select
    source_system,
    unit_id,
    customer_id,
    kind,
    qty,
    issued_at,
    expires_at,
    redeemed_at,
    voided_at is not null as is_voided,
    voided_at is null and kind <> 'coupon' as is_earned,
    coalesce(voided_at is null and redeemed_at <= matured_at, false) as is_redeemed_in_time,
    matured_at
from limited
