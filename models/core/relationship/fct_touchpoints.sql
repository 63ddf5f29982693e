with build as (

    select * from {{ ref('build') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- A calendar's event is there before it takes place.
touchpoints as (

    select
        touchpoints.*,
        touchpoints.status = 'held' and touchpoints.held_at < {{ utc_start_of('build.as_of') }}
            as is_held,
        case
            when touchpoints.status = 'held' then touchpoints.held_at
            else touchpoints.planned_at
        end as dated_at
    from {{ ref('union_touchpoints') }} as touchpoints
    cross join build

),

judged as (

    select
        touchpoints.source_system,
        touchpoints.touchpoint_id,
        ids.customer_id,
        touchpoints.touchpoint_type,
        touchpoints.purpose,
        touchpoints.channel,
        coalesce(touchpoints.is_automated, false) as is_automated,
        coalesce(touchpoints.is_two_way, touchpoints.touchpoint_type <> 'email') as is_two_way,
        touchpoints.is_proactive,
        case
            when touchpoints.status = 'held' and not touchpoints.is_held then 'planned'
            else touchpoints.status
        end as status,
        touchpoints.is_held,
        touchpoints.is_held and touchpoints.touchpoint_type = 'qbr' as is_qbr,
        {{ month_of(reporting_date('touchpoints.dated_at')) }} as month_start,
        case when touchpoints.is_held then {{ reporting_date('touchpoints.held_at') }} end
            as held_on,
        case when touchpoints.is_held then touchpoints.rating end as rating,
        touchpoints.has_referral_intent
    from touchpoints
    inner join ids
        on
            touchpoints.source_system = ids.source_system
            and coalesce(touchpoints.source_customer_id, '(none)') = ids.source_customer_id

)

select
    *,
    is_held and (is_two_way or not is_automated) as is_counted
from judged
