with available as (

    select * from {{ ref('fct_available_features') }}

),

windows as (

    select * from {{ ref('fct_usage_windows') }}

),

days as (

    select * from {{ ref('dim_days') }}

),

feature_days as (

    select * from {{ ref('fct_feature_days') }}

),

uses as (

    select
        feature_days.customer_id,
        feature_days.feature_id,
        days.month_start,
        count(feature_days.user_id) as user_days,
        count(distinct feature_days.event_date) as used_days,
        count(distinct case when days.is_weekday then feature_days.event_date end) as used_weekdays
    from feature_days
    inner join days on feature_days.event_date = days.day_date
    inner join windows
        on
            feature_days.customer_id = windows.customer_id
            and days.month_start = windows.month_start
            and feature_days.event_date >= windows.counted_from
    group by feature_days.customer_id, feature_days.feature_id, days.month_start

),

used_before as (

    select distinct
        uses.customer_id,
        uses.feature_id,
        {{ add_months('uses.month_start', 'later.generated_number') }} as month_start
    from uses
    cross join ({{ dbt.generate_series(3) }}) as later

)

select
    available.customer_id,
    available.month_start,
    available.feature_id,
    available.is_core,
    cast(case when windows.has_users then coalesce(uses.user_days, 0) end as bigint) as user_days,
    cast(coalesce(uses.used_days, 0) as bigint) as used_days,
    cast(coalesce(uses.used_weekdays, 0) as bigint) as used_weekdays,
    used_before.customer_id is not null as is_used_in_prior_3_months
from available
inner join windows
    on available.customer_id = windows.customer_id and available.month_start = windows.month_start
left join uses
    on
        available.customer_id = uses.customer_id
        and available.month_start = uses.month_start
        and available.feature_id = uses.feature_id
left join used_before
    on
        available.customer_id = used_before.customer_id
        and available.month_start = used_before.month_start
        and available.feature_id = used_before.feature_id
