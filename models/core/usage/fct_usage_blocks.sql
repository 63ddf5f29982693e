with months as (

    select * from {{ ref('dim_months') }}

),

days as (

    select * from {{ ref('dim_days') }}

),

user_days as (

    select * from {{ ref('fct_user_days') }}

),

recorded as (

    select min(event_date) as first_user_event_on from user_days

),

-- Four blocks must have been lived as a customer and recorded.
known as (

    select
        customer_months.customer_id,
        customer_months.month_start
    from {{ ref('fct_customer_months') }} as customer_months
    inner join months on customer_months.month_start = months.month_start
    cross join recorded
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
    inner join days
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
        count(case when is_last and active_days > 0 then 1 end) as active_users,
        count(case when not is_last and active_days > 0 then 1 end) as prior_active_users,
        {% for measure in ['active_days', 'login_days'] -%}
        cast(coalesce(sum(case when is_last then {{ measure }} end), 0) as bigint)
            as {{ measure }},
        cast(coalesce(sum(case when not is_last then {{ measure }} end), 0) as bigint)
            as prior_{{ measure }}{{ ',' if not loop.last }}
        {% endfor -%}
    from known
    left join user_blocks
        on
            known.customer_id = user_blocks.customer_id
            and known.month_start = user_blocks.month_start
    group by known.customer_id, known.month_start

)

select
    *,
    {{ usage_drop('active_users', 'prior_active_users', 'active_days', 'prior_active_days') }}
        as usage_drop
from counted
