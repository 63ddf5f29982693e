select
    customer_id,
    source_system,
    user_id,
    event_date,
    cast(sum(events) as bigint) as events,
    cast(sum(case when is_value_event then events else 0 end) as bigint) as value_events
from {{ ref('fct_customer_event_days') }}
where user_id is not null
group by customer_id, source_system, user_id, event_date
