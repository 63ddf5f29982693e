with used as (

    select
        *,
        {{ month_of('event_date') }} as month_start
    from {{ ref('fct_customer_event_days') }}

)

select
    month_start,
    {{ fingerprint([
        'customer_id', 'source_system', 'user_id', 'event_date', 'feature_id', 'is_value_event',
        'events',
    ]) }} as fingerprint
from used
group by month_start
