with feature_usage as (

    select * from {{ ref('stg_ravenstack__feature_usage') }}
    where row_status = 'accepted'

),

subscriptions as (

    select * from {{ ref('stg_ravenstack__subscriptions') }}
    where row_status = 'accepted'

)

-- Use is recorded by subscription, so its user is unknown. It counts on its day whether or not the
-- subscription ran then.
select
    feature_usage.usage_id as event_id,
    cast(null as {{ dbt.type_string() }}) as user_id,
    subscriptions.account_id as source_customer_id,
    feature_usage.feature_name as feature_id,
    feature_usage.feature_name as event_name,
    cast(null as {{ dbt.type_string() }}) as client,
    true as is_value_event,
    cast(feature_usage.used_on as timestamp) as occurred_at,
    cast(null as timestamp) as loaded_at
from feature_usage
left join subscriptions on feature_usage.subscription_id = subscriptions.subscription_id
