with users as (

    select * from {{ ref('stg_segment__users') }}
    where row_status = 'accepted'

)

select
    user_id,
    group_id as source_customer_id,
    cast(null as {{ dbt.type_string() }}) as contact_id,
    {{ email_key('email') }} as email_key,
    coalesce(is_internal, false) as is_internal,
    coalesce(is_bot, false) as is_bot,
    created_at
from users
