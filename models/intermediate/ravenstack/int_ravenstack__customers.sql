with accounts as (

    select * from {{ ref('stg_ravenstack__accounts') }}
    where row_status = 'accepted'

)

select
    account_id as source_customer_id,
    name,
    cast(null as {{ dbt.type_string() }}) as segment,
    cast(null as {{ dbt.type_string() }}) as tier,
    industry,
    country as region,
    cast(null as {{ dbt.type_string() }}) as touch_model,
    cast(null as {{ dbt.type_string() }}) as csm_id,
    false as is_internal,
    cast(null as {{ dbt.type_string() }}) as merged_into_id,
    cast(null as {{ dbt.type_string() }}) as parent_id,
    cast(signed_up_on as timestamp) as created_at,
    cast('1970-01-01' as timestamp) as valid_from,
    cast(null as timestamp) as valid_to
from accounts
