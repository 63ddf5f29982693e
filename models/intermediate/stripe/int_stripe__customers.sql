with customers as (

    select * from {{ ref('stg_stripe__customers') }}
    where row_status = 'accepted'

)

select
    customer_id as source_customer_id,
    name,
    {%- for column in ('segment', 'tier', 'industry', 'region', 'touch_model', 'csm_id') %}
    cast(null as {{ dbt.type_string() }}) as {{ column }},
    {%- endfor %}
    false as is_internal,
    cast(null as {{ dbt.type_string() }}) as merged_into_id,
    cast(null as {{ dbt.type_string() }}) as parent_id,
    created_at,
    cast('1970-01-01' as timestamp) as valid_from,
    cast(null as timestamp) as valid_to
from customers
