with windows as (

    select * from {{ ref('fct_usage_windows') }}

),

feature_days as (

    select * from {{ ref('fct_feature_days') }}

),

uses as (

    select
        windows.customer_id,
        windows.month_start,
        feature_days.feature_id,
        feature_days.source_system,
        feature_days.user_id,
        sum(feature_days.events) as uses,
        count(*) as used_days
    from feature_days
    inner join windows
        on
            feature_days.customer_id = windows.customer_id
            and {{ month_of('feature_days.event_date') }} = windows.month_start
            and feature_days.event_date >= windows.counted_from
    group by
        windows.customer_id,
        windows.month_start,
        feature_days.feature_id,
        feature_days.source_system,
        feature_days.user_id

)

-- A feature may be used by events that are no activity: who adopts it is an active user (R9).
select
    uses.customer_id,
    uses.month_start,
    uses.feature_id,
    uses.source_system,
    uses.user_id,
    cast(uses.uses as bigint) as uses,
    cast(uses.used_days as integer) as used_days,
    uses.uses >= 3 and uses.used_days >= 2 and coalesce(user_months.active_days, 0) > 0
        as is_adopter
from uses
left join {{ ref('fct_user_months') }} as user_months
    on
        uses.customer_id = user_months.customer_id
        and uses.month_start = user_months.month_start
        and uses.source_system = user_months.source_system
        and uses.user_id = user_months.user_id
