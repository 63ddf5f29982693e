with touchpoints as (

    select
        *,
        touchpoint_type in ('meeting', 'qbr') or coalesce(purpose = 'feedback', false)
            as is_meeting_or_feedback
    from {{ ref('fct_touchpoints') }}

),

-- Contacts are known from the month of the first touchpoint on.
spine as (

    select * from {{ ref('fct_recent_customer_days') }}
    where month_start >= (select min(touchpoints.month_start) from touchpoints)

),

touched as (

    select
        spine.customer_id,
        spine.day_date,
        max(case when touches.is_counted and touches.is_two_way then touches.held_on end)
            as last_two_way_touch_on,
        max(
            case
                when
                    (touches.is_qbr and touches.held_on >= {{ add_days('spine.next_day', -90) }})
                    or (
                        touches.is_meeting_or_feedback
                        and touches.held_on >= {{ add_days('spine.next_day', -30) }}
                    )
                    then 1
                else 0
            end
        ) as has_met
    from spine
    inner join touchpoints as touches
        on spine.customer_id = touches.customer_id and touches.held_on < spine.next_day
    group by spine.customer_id, spine.day_date

),

engagements as (

    select distinct
        customer_id,
        contact_id,
        held_on
    from {{ ref('fct_touchpoint_contacts') }}
    where is_engagement

),

-- R1: who was met in ninety days and is at the customer at E, as in fct_stakeholder_months.
engaged as (

    select
        spine.customer_id,
        spine.day_date,
        count(distinct contacts.contact_id) as engaged_contacts,
        max(case when {{ is_executive('contacts.seniority') }} then 1 else 0 end) as has_executive,
        case when count(distinct contacts.function) >= 2 then 1 else 0 end as has_two_functions
    from spine
    inner join engagements
        on
            spine.customer_id = engagements.customer_id
            and engagements.held_on >= {{ add_days('spine.next_day', -90) }}
            and engagements.held_on < spine.next_day
    inner join {{ ref('dim_contacts') }} as contacts
        on
            engagements.customer_id = contacts.customer_id
            and engagements.contact_id = contacts.contact_id
            and contacts.valid_from < spine.ends_at
            and coalesce(contacts.valid_to >= spine.ends_at, true)
    group by spine.customer_id, spine.day_date

)

select
    spine.customer_id,
    spine.day_date,
    {{ relationship_depth(
        'coalesce(engaged.engaged_contacts, 0)', 'coalesce(engaged.has_executive, 0)',
        'coalesce(engaged.has_two_functions, 0)', 'coalesce(touched.has_met, 0)'
    ) }} as relationship_depth,
    {{ dbt.datediff(
        'coalesce(touched.last_two_way_touch_on, spine.first_paid_on)', 'spine.next_day', 'day'
    ) }} as two_way_gap_days
from spine
left join touched on spine.customer_id = touched.customer_id and spine.day_date = touched.day_date
left join engaged on spine.customer_id = engaged.customer_id and spine.day_date = engaged.day_date
