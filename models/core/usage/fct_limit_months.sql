with entitlements as (

    select * from {{ ref('union_seat_entitlements') }}
    where limit_type <> 'seats'

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

-- Stock at E (R1); a limit that one of two holds without a number is none.
held as (

    select
        ids.customer_id,
        months.month_start,
        entitlements.limit_type,
        case when count(*) = count(entitlements.purchased) then sum(entitlements.purchased) end
            as purchased,
        case when count(*) = count(entitlements.used) then sum(entitlements.used) end as used
    from entitlements
    inner join ids
        on
            entitlements.source_system = ids.source_system
            and coalesce(entitlements.source_customer_id, '(none)') = ids.source_customer_id
    inner join months
        on
            entitlements.valid_from < months.ends_at
            and (entitlements.valid_to is null or entitlements.valid_to >= months.ends_at)
    group by ids.customer_id, months.month_start, entitlements.limit_type

)

select
    customer_id,
    month_start,
    limit_type,
    cast(purchased as bigint) as purchased,
    cast(used as bigint) as used,
    cast(used as double precision) / nullif(purchased, 0) as used_share
from held
