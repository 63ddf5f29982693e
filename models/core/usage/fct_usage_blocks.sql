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
        -- 0 is the last block.
        floor(
            ({{ dbt.datediff('days.day_date', 'months.next_month_start', 'day') }} - 1) / 28.0
        ) as block
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
        block_days.block

),

counted as (

    select
        known.customer_id,
        known.month_start,
        {% for prefix, is_counted in {'': 'block = 0', 'prior_': 'block > 0'}.items() -%}
        count(case when {{ is_counted }} and active_days > 0 then 1 end) as {{ prefix }}active_users,
        cast(sum(case when {{ is_counted }} then active_days else 0 end) as bigint)
            as {{ prefix }}active_days,
        cast(sum(case when {{ is_counted }} then login_days else 0 end) as bigint)
            as {{ prefix }}login_days{{ ',' if not loop.last }}
        {% endfor %}
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
        sum(case when block_days.block = 0 then days.session_ms else 0 end) as session_ms,
        sum(case when block_days.block > 0 then days.session_ms else 0 end) as prior_session_ms
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
