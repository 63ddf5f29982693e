with spine as (

    select * from {{ ref('fct_recent_customer_days') }}

),

{{ seat_stays() }},

-- Stock at E (R1), as in fct_seat_months: who holds two ids' seats holds one.
holders as (

    select distinct
        spine.customer_id,
        spine.day_date,
        stays.source_system,
        stays.person_id
    from stays
    inner join spine
        on
            stays.customer_id = spine.customer_id
            and stays.assigned_at < spine.ends_at
            and (stays.unassigned_at is null or stays.unassigned_at >= spine.ends_at)
    where stays.first_login_at < spine.ends_at

),

activated as (

    select
        customer_id,
        day_date,
        count(*) as activated_seats
    from holders
    group by customer_id, day_date

),

bought as (

    select
        spine.customer_id,
        spine.day_date,
        case when count(*) = count(seats.purchased) then sum(seats.purchased) end as purchased_seats
    from {{ ref('union_seat_entitlements') }} as seats
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            seats.source_system = ids.source_system
            and coalesce(seats.source_customer_id, '(none)') = ids.source_customer_id
    inner join spine
        on
            ids.customer_id = spine.customer_id
            and seats.valid_from < spine.ends_at
            and (seats.valid_to is null or seats.valid_to >= spine.ends_at)
    where seats.limit_type = 'seats'
    group by spine.customer_id, spine.day_date

),

due as (

    select
        spine.customer_id,
        spine.day_date,
        count(*) as due_milestones,
        count(case when milestones.achieved_at < spine.ends_at then 1 end) as achieved_milestones
    from spine
    inner join {{ ref('fct_milestones') }} as milestones
        on
            spine.customer_id = milestones.customer_id
            and not milestones.is_cancelled
            and milestones.original_due_on < spine.next_day
    group by spine.customer_id, spine.day_date

)

select
    spine.customer_id,
    spine.day_date,
    cast(case when spine.has_users then bought.purchased_seats end as bigint) as purchased_seats,
    cast(case when spine.has_users then coalesce(activated.activated_seats, 0) end as bigint)
        as activated_seats,
    coalesce(due.due_milestones, 0) as due_milestones,
    coalesce(due.achieved_milestones, 0) as achieved_milestones
from spine
left join bought on spine.customer_id = bought.customer_id and spine.day_date = bought.day_date
left join activated
    on spine.customer_id = activated.customer_id and spine.day_date = activated.day_date
left join due on spine.customer_id = due.customer_id and spine.day_date = due.day_date
