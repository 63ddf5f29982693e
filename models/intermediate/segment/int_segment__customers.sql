with group_calls as (

    select * from {{ ref('stg_segment__groups') }}
    where row_status = 'accepted'

),

ranked as (

    select
        *,
        min(called_at) over (partition by group_id) as first_called_at,
        row_number() over (
            partition by group_id order by called_at desc, group_call_id desc
        ) as recency
    from group_calls

)

select
    group_id as source_customer_id,
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
    first_called_at as created_at,
    cast('1970-01-01' as timestamp) as valid_from,
    cast(null as timestamp) as valid_to
from ranked
where recency = 1
