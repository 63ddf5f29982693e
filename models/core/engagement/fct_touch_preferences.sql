with touchpoints as (

    select
        customer_id,
        held_on as engaged_on,
        case when is_automated then 0 else 1 end as is_human
    from {{ ref('fct_touchpoints') }}
    where is_held and is_two_way

),

answered as (

    select
        customer_id,
        case when clicked_at < replied_at then clicked_at else coalesce(replied_at, clicked_at) end
            as engaged_at
    from {{ ref('fct_messages') }}
    where not is_bounced and (clicked_at is not null or replied_at is not null)

),

messages as (

    select
        customer_id,
        {{ reporting_date('engaged_at') }} as engaged_on,
        0 as is_human
    from answered

),

engagements as (

    select * from touchpoints
    union all
    select * from messages

),

-- Where only one of the two is on record, nothing is known of their shares.
months as (

    select * from {{ ref('dim_months') }}
    where
        next_month_start > (select min(touchpoints.engaged_on) from touchpoints)
        and next_month_start > (select min(messages.engaged_on) from messages)

)

select
    engagements.customer_id,
    months.month_start,
    cast(sum(engagements.is_human) as bigint) as human_engagements,
    cast(sum(1 - engagements.is_human) as bigint) as digital_engagements,
    case
        when sum(engagements.is_human) * 10 >= count(*) * 6 then 'human'
        when sum(engagements.is_human) * 10 <= count(*) * 4 then 'digital'
        else 'mixed'
    end as touch_preference
from engagements
inner join months
    on
        engagements.engaged_on >= {{ add_days('months.next_month_start', -90) }}
        and engagements.engaged_on < months.next_month_start
group by engagements.customer_id, months.month_start
