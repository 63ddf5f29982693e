with spine as (

    select * from {{ ref('fct_recent_customer_days') }}
    where has_events

),

used_dates as (

    select distinct
        used.customer_id,
        used.feature_id,
        used.event_date
    from {{ ref('fct_feature_days') }} as used
    where
        used.event_date
        >= (select min(days.window_start) from {{ ref('dim_recent_days') }} as days)

),

-- The last day of use in a window stands for the feature: until the next one takes over.
uses as (

    select
        *,
        lead(event_date) over (partition by customer_id, feature_id order by event_date)
            as next_date
    from used_dates

),

-- A feature that is granted twice in a window is one that the customer had.
available as (

    select distinct
        spine.customer_id,
        spine.day_date,
        spine.counted_from,
        spine.next_day,
        spells.feature_id
    from spine
    inner join {{ ref('fct_feature_spells') }} as spells
        on
            spine.customer_id = spells.customer_id
            and spells.is_core
            and spells.released_at < spine.ends_at
            and spells.granted_from < spine.ends_at
            and spells.granted_until > spine.window_starts_at

)

select
    available.customer_id,
    available.day_date,
    count(*) as core_features,
    count(uses.feature_id) as used_core_features
from available
left join uses
    on
        available.customer_id = uses.customer_id
        and available.feature_id = uses.feature_id
        and {{ is_last_in_window('uses', 'available') }}
group by available.customer_id, available.day_date
