select
    customer_id,
    source_system,
    user_id,
    feature_id,
    event_date,
    cast(sum(events) as bigint) as events
from {{ ref('fct_customer_event_days') }}
where feature_id is not null
group by customer_id, source_system, user_id, feature_id, event_date
