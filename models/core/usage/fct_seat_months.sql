with windows as (

    select * from {{ ref('fct_usage_windows') }}
    where has_users

),

months as (

    select * from {{ ref('dim_months') }}

),

{{ seat_stays() }},

-- Stock at E (R1): who holds two ids' seats holds one.
holders as (

    select distinct
        stays.customer_id,
        months.month_start,
        stays.source_system,
        stays.person_id,
        coalesce(stays.first_login_at < months.ends_at, false) as has_logged_in
    from stays
    inner join months
        on
            stays.assigned_at < months.ends_at
            and (stays.unassigned_at is null or stays.unassigned_at >= months.ends_at)

),

held as (

    select
        holders.customer_id,
        holders.month_start,
        count(*) as assigned_seats,
        count(case when holders.has_logged_in then 1 end) as activated_seats,
        count(case when user_months.active_days > 0 then 1 end) as active_seats,
        sum(user_months.login_days) as login_days
    from holders
    left join {{ ref('fct_user_months') }} as user_months
        on
            holders.customer_id = user_months.customer_id
            and holders.month_start = user_months.month_start
            and holders.source_system = user_months.source_system
            and holders.person_id = user_months.user_id
    group by holders.customer_id, holders.month_start

),

bought as (

    select
        ids.customer_id,
        months.month_start,
        case when count(*) = count(seats.purchased) then sum(seats.purchased) end as purchased_seats
    from {{ ref('union_seat_entitlements') }} as seats
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            seats.source_system = ids.source_system
            and coalesce(seats.source_customer_id, '(none)') = ids.source_customer_id
    inner join months
        on
            seats.valid_from < months.ends_at
            and (seats.valid_to is null or seats.valid_to >= months.ends_at)
    where seats.limit_type = 'seats'
    group by ids.customer_id, months.month_start

)

select
    windows.customer_id,
    windows.month_start,
    bought.customer_id is not null as has_entitlement,
    cast(bought.purchased_seats as bigint) as purchased_seats,
    cast(coalesce(held.assigned_seats, 0) as bigint) as assigned_seats,
    cast(coalesce(held.activated_seats, 0) as bigint) as activated_seats,
    cast(coalesce(held.active_seats, 0) as bigint) as active_seats,
    cast(coalesce(held.login_days, 0) as bigint) as login_days
from windows
left join bought
    on windows.customer_id = bought.customer_id and windows.month_start = bought.month_start
left join held
    on windows.customer_id = held.customer_id and windows.month_start = held.month_start
