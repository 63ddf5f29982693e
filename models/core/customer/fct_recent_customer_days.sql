with days as (

    select * from {{ ref('dim_recent_days') }}

),

running as (

    select
        periods.*,
        days.day_date,
        days.judged_month_start,
        least(days.ends_at, coalesce(periods.ends_at, days.ends_at)) as priced_at
    from {{ ref('fct_subscription_periods') }} as periods
    inner join days
        on
            periods.starts_at < days.ends_at
            and (periods.runs_until is null or periods.runs_until >= days.ends_at)

),

{{ net_prices('running', ['period_id', 'day_date']) }},

-- R4: who pays at the end of the day, as fct_item_months says it of a month's.
paying as (

    select
        running.customer_id,
        running.day_date
    from running
    inner join net_prices
        on running.period_id = net_prices.period_id and running.day_date = net_prices.day_date
    inner join {{ ref('dim_exchange_rates') }} as rates
        on
            running.currency = rates.currency
            and running.judged_month_start = rates.month_start
    group by running.customer_id, running.day_date
    having
        sum(
            cast(
                net_prices.net_amount / running.months_in_period * rates.rate as decimal(28, 6)
            )
        ) > 0

),

history as (

    select
        (select min(event_date) from {{ ref('event_days') }}) as first_event_on,
        (select min(event_date) from {{ ref('fct_user_days') }}) as first_user_event_on

)

select
    paying.customer_id,
    days.day_date,
    days.next_day,
    days.month_start,
    days.judged_month_start,
    days.window_starts_at,
    days.ends_at,
    starts.first_paid_on,
    greatest(starts.started_on, days.window_start) as counted_from,
    coalesce(history.first_event_on < days.next_day, false) as has_events,
    coalesce(history.first_user_event_on < days.next_day, false) as has_users,
    versions.segment,
    versions.touch_model
from paying
inner join days on paying.day_date = days.day_date
inner join {{ ref('dim_customer_starts') }} as starts on paying.customer_id = starts.customer_id
cross join history
left join {{ ref('dim_customer_versions') }} as versions
    on
        paying.customer_id = versions.customer_id
        and days.ends_at > versions.valid_from
        and (days.ends_at <= versions.valid_to or versions.valid_to is null)
