with months as (

    select * from {{ ref('dim_months') }}

),

user_days as (

    select * from {{ ref('fct_user_days') }}

),

-- Four blocks must have been lived as a customer and recorded.
known as (

    select
        customer_months.customer_id,
        customer_months.month_start
    from {{ ref('fct_customer_months') }} as customer_months
    inner join months on customer_months.month_start = months.month_start
    cross join (select min(event_date) as first_user_event_on from user_days) as recorded
    where
        customer_months.is_active
        and greatest(customer_months.started_on, recorded.first_user_event_on)
        <= {{ add_days('months.next_month_start', -112) }}

),

block_days as (

    select
        months.month_start,
        days.day_date,
        days.day_date >= {{ add_days('months.next_month_start', -28) }} as is_last,
        case
            when days.day_date < {{ add_days('months.next_month_start', -84) }} then 4
            when days.day_date < {{ add_days('months.next_month_start', -56) }} then 3
            when days.day_date < {{ add_days('months.next_month_start', -28) }} then 2
            else 1
        end as block
    from months
    inner join {{ ref('dim_days') }} as days
        on
            days.day_date < months.next_month_start
            and days.day_date >= {{ add_days('months.next_month_start', -112) }}

),

user_blocks as (

    select
        known.customer_id,
        known.month_start,
        user_days.source_system,
        user_days.user_id,
        block_days.block,
        block_days.is_last,
        count(*) as login_days,
        count(case when user_days.value_events > 0 then 1 end) as active_days
    from user_days
    inner join block_days on user_days.event_date = block_days.day_date
    inner join known
        on
            user_days.customer_id = known.customer_id
            and block_days.month_start = known.month_start
    group by
        known.customer_id,
        known.month_start,
        user_days.source_system,
        user_days.user_id,
        block_days.block,
        block_days.is_last

),

counted as (

    select
        known.customer_id,
        known.month_start,
        count(case when blocks.is_last and blocks.active_days > 0 then 1 end) as active_users,
        count(case when not blocks.is_last and blocks.active_days > 0 then 1 end)
            as prior_active_users,
        cast(sum(case when blocks.is_last then blocks.active_days else 0 end) as bigint)
            as active_days,
        cast(sum(case when not blocks.is_last then blocks.active_days else 0 end) as bigint)
            as prior_active_days,
        cast(sum(case when blocks.is_last then blocks.login_days else 0 end) as bigint)
            as login_days,
        cast(sum(case when not blocks.is_last then blocks.login_days else 0 end) as bigint)
            as prior_login_days
    from known
    left join user_blocks as blocks
        on
            known.customer_id = blocks.customer_id
            and known.month_start = blocks.month_start
    group by known.customer_id, known.month_start

),

in_app as (

    select
        known.customer_id,
        known.month_start,
        sum(case when block_days.is_last then days.session_ms else 0 end) as session_ms,
        sum(case when not block_days.is_last then days.session_ms else 0 end) as prior_session_ms
    from {{ ref('fct_session_days') }} as days
    inner join block_days on days.event_date = block_days.day_date
    inner join known
        on days.customer_id = known.customer_id and block_days.month_start = known.month_start
    group by known.customer_id, known.month_start

)

select
    counted.*,
    cast(coalesce(in_app.session_ms, 0) as bigint) as session_ms,
    cast(coalesce(in_app.prior_session_ms, 0) as bigint) as prior_session_ms,
    {{ usage_drop(
        'counted.active_users', 'counted.prior_active_users',
        'counted.active_days', 'counted.prior_active_days',
    ) }} as usage_drop
from counted
left join in_app
    on counted.customer_id = in_app.customer_id and counted.month_start = in_app.month_start
