with organizations as (

    select * from {{ ref('stg_zendesk__organizations') }}
    where row_status = 'accepted'

)

select
    organization_id as source_customer_id,
    name,
    cast(null as {{ dbt.type_string() }}) as segment,
    cast(null as {{ dbt.type_string() }}) as tier,
    cast(null as {{ dbt.type_string() }}) as industry,
    cast(null as {{ dbt.type_string() }}) as region,
    cast(null as {{ dbt.type_string() }}) as touch_model,
    cast(null as {{ dbt.type_string() }}) as csm_id,
    false as is_internal,
    cast(null as {{ dbt.type_string() }}) as merged_into_id,
    cast(null as {{ dbt.type_string() }}) as parent_id,
    created_at,
    cast('1970-01-01' as timestamp) as valid_from,
    cast(null as timestamp) as valid_to
from organizations
