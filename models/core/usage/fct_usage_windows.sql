with months as (

    select * from {{ ref('dim_months') }}

),

days as (

    select * from {{ ref('dim_days') }}

),

spine as (

    select * from {{ ref('fct_customer_months') }}

),

-- Before the first event nothing was measured; before the first with a user, nothing about users.
history as (

    select
        (select min(event_date) from {{ ref('event_days') }}) as first_event_on,
        (select min(event_date) from {{ ref('fct_user_days') }}) as first_user_event_on

)

select
    spine.customer_id,
    spine.month_start,
    days.day_date as counted_from,
    months.next_month_start as counted_until,
    days.days_to_month_end as counted_days,
    days.weekdays_to_month_end as counted_weekdays,
    coalesce(history.first_user_event_on < months.next_month_start, false) as has_users
from spine
inner join months on spine.month_start = months.month_start
inner join days
    on days.day_date = greatest(spine.started_on, spine.month_start)
cross join history
where history.first_event_on < months.next_month_start
