-- A gap is asked of active customers.
with coverage as (
    select
        touchpoint_months.*,
        spine.is_active,
        case
            when spine.is_active and touchpoint_months.gap_days is not null
                then cadences.cadence_days
        end as cadence_days
    from {{ ref('fct_touchpoint_months') }} as touchpoint_months
    inner join {{ ref('fct_customer_months') }} as spine
        on
            touchpoint_months.customer_id = spine.customer_id
            and touchpoint_months.month_start = spine.month_start
    left join {{ ref('fct_touch_cadences') }} as cadences
        on
            touchpoint_months.customer_id = cadences.customer_id
            and touchpoint_months.month_start = cadences.month_start
)

select
    customer_id,
    month_start,
    touchpoints,
    case when cadence_days is not null then gap_days end as gap_days,
    cadence_days,
    proactive_touchpoints,
    initiated_touchpoints,
    well_rated_touchpoints,
    rated_touchpoints,
    no_shows,
    case when is_active then 1 end as active_customers,
    case when is_active and has_recent_qbr then 1 end as customers_with_qbr
from coverage
where
    month_start >= (
        select min(counted.month_start) from {{ ref('fct_touchpoints') }} as counted
        where counted.is_counted
    )
