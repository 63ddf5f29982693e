with available as (

    select * from {{ ref('fct_available_features') }}

),

windows as (

    select * from {{ ref('fct_usage_windows') }}

),

days as (

    select * from {{ ref('dim_days') }}

),

-- A feature may be used by events that are no activity (R9).
idle as (

    select * from {{ ref('fct_user_months') }}
    where active_days = 0

),

used_dates as (

    select distinct
        customer_id,
        feature_id,
        event_date
    from {{ ref('fct_feature_days') }}

),

used_days as (

    select
        used_dates.customer_id,
        used_dates.feature_id,
        days.month_start,
        count(*) as used_days,
        count(case when days.is_weekday then 1 end) as used_weekdays
    from used_dates
    inner join days on used_dates.event_date = days.day_date
    inner join windows
        on
            used_dates.customer_id = windows.customer_id
            and days.month_start = windows.month_start
            and used_dates.event_date >= windows.counted_from
    group by used_dates.customer_id, used_dates.feature_id, days.month_start

),

uses as (

    select
        used.customer_id,
        used.feature_id,
        used.month_start,
        sum(used.uses) as uses,
        count(used.user_id) as users,
        count(case when idle.user_id is null then used.user_id end) as active_users,
        count(case when used.is_adopter then 1 end) as adopters,
        sum(case when used.user_id is not null then used.used_days else 0 end) as user_days
    from {{ ref('fct_user_feature_months') }} as used
    left join idle
        on
            used.customer_id = idle.customer_id
            and used.month_start = idle.month_start
            and used.source_system = idle.source_system
            and used.user_id = idle.user_id
    group by used.customer_id, used.feature_id, used.month_start

),

used_before as (

    select distinct
        used_days.customer_id,
        used_days.feature_id,
        {{ add_months('used_days.month_start', 'later.generated_number') }} as month_start
    from used_days
    cross join ({{ dbt.generate_series(3) }}) as later

)

select
    available.customer_id,
    available.month_start,
    available.feature_id,
    available.is_core,
    available.is_gated,
    available.is_new,
    cast(coalesce(uses.uses, 0) as bigint) as uses,
    {% for measure in ['users', 'active_users', 'adopters', 'user_days'] -%}
    cast(case when windows.has_users then coalesce(uses.{{ measure }}, 0) end as bigint)
        as {{ measure }},
    {% endfor -%}
    cast(coalesce(used_days.used_days, 0) as bigint) as used_days,
    cast(coalesce(used_days.used_weekdays, 0) as bigint) as used_weekdays,
    used_before.customer_id is not null as is_used_in_prior_3_months
from available
inner join windows
    on available.customer_id = windows.customer_id and available.month_start = windows.month_start
left join uses
    on
        available.customer_id = uses.customer_id
        and available.month_start = uses.month_start
        and available.feature_id = uses.feature_id
left join used_days
    on
        available.customer_id = used_days.customer_id
        and available.month_start = used_days.month_start
        and available.feature_id = used_days.feature_id
left join used_before
    on
        available.customer_id = used_before.customer_id
        and available.month_start = used_before.month_start
        and available.feature_id = used_before.feature_id
