with tracks as (

    select * from {{ ref('stg_segment__tracks') }}
    where row_status = 'accepted'

)

-- What an event uses and whether it is activity says the business, in seeds/product_events.csv.
select
    event_id,
    nullif(user_id, '') as user_id,
    nullif(group_id, '') as source_customer_id,
    cast(null as {{ dbt.type_string() }}) as feature_id,
    event_name,
    case when library_name = 'api' then 'api' else 'web' end as client,
    cast(null as boolean) as is_value_event,
    occurred_at,
    loaded_at
from tracks
