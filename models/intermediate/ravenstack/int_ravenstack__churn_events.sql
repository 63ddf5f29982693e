with churn_events as (

    select * from {{ ref('stg_ravenstack__churn_events') }}
    where row_status = 'accepted'

)

select
    churn_event_id,
    account_id as source_customer_id,
    cast(churned_on as timestamp) as churned_at,
    nullif(reason_code, 'unknown') as reason_code,
    true as is_primary,
    'csm' as reason_source,
    cast(null as boolean) as is_voluntary
from churn_events
