with users as (

    select * from {{ ref('stg_zendesk__users') }}
    where row_status = 'accepted' and role = 'end-user' and not coalesce(is_suspended, false)

)

select
    user_id as contact_id,
    organization_id as source_customer_id,
    {{ email_key('email') }} as email_key,
    {%- for column in ('function', 'seniority', 'buying_role', 'merged_into_id') %}
    cast(null as {{ dbt.type_string() }}) as {{ column }},
    {%- endfor %}
    false as is_champion,
    false as has_left,
    created_at,
    cast('1970-01-01' as timestamp) as valid_from,
    cast(null as timestamp) as valid_to
from users
