with customer_months as (

    select
        spine.customer_id,
        spine.month_start,
        spine.first_paid_on,
        months.next_month_start
    from {{ ref('fct_customer_months') }} as spine
    inner join {{ ref('dim_months') }} as months on spine.month_start = months.month_start

),

touchpoints as (

    select
        *,
        touchpoint_type in ('meeting', 'qbr') or coalesce(purpose = 'feedback', false)
            as is_meeting_or_feedback
    from {{ ref('fct_touchpoints') }}
    where is_held or status = 'no_show'

),

touched as (

    select
        spine.customer_id,
        spine.month_start,
        {% for name, condition in {
            'touchpoints': 'is_counted',
            'two_way_touchpoints': 'is_counted and touches.is_two_way',
            'human_touchpoints': 'is_counted and not touches.is_automated',
            'proactive_touchpoints': 'is_counted and touches.is_proactive',
            'initiated_touchpoints': 'is_counted and touches.is_proactive is not null',
            'rated_touchpoints': 'rating is not null',
            'well_rated_touchpoints': 'rating >= 4',
            'no_shows': 'is_held = false',
        }.items() -%}
        count(
            case
                when touches.month_start = spine.month_start and touches.{{ condition }} then 1
            end
        ) as {{ name }},
        {% endfor -%}
        max(case when touches.is_counted then touches.held_on end) as last_touch_on,
        max(case when touches.is_counted and touches.is_two_way then touches.held_on end)
            as last_two_way_touch_on,
        max(case when touches.is_qbr then touches.held_on end) as last_qbr_on,
        max(case when touches.is_meeting_or_feedback then touches.held_on end) as last_meeting_on
    from customer_months as spine
    left join touchpoints as touches
        on
            spine.customer_id = touches.customer_id
            and touches.month_start <= spine.month_start
    group by spine.customer_id, spine.month_start

)

select
    spine.customer_id,
    spine.month_start,
    touched.touchpoints,
    touched.two_way_touchpoints,
    touched.human_touchpoints,
    touched.proactive_touchpoints,
    touched.initiated_touchpoints,
    touched.rated_touchpoints,
    touched.well_rated_touchpoints,
    touched.no_shows,
    {{ dbt.datediff('touched.last_touch_on', 'spine.next_month_start', 'day') }}
        as days_since_touch,
    {{ dbt.datediff(
        'coalesce(touched.last_touch_on, spine.first_paid_on)', 'spine.next_month_start', 'day'
    ) }} as gap_days,
    {{ dbt.datediff(
        'coalesce(touched.last_two_way_touch_on, spine.first_paid_on)', 'spine.next_month_start', 'day'
    ) }} as two_way_gap_days,
    coalesce(touched.last_qbr_on >= {{ add_days('spine.next_month_start', -90) }}, false)
        as has_recent_qbr,
    coalesce(touched.last_meeting_on >= {{ add_days('spine.next_month_start', -30) }}, false)
        as has_recent_meeting
from customer_months as spine
inner join touched
    on spine.customer_id = touched.customer_id and spine.month_start = touched.month_start
