with tickets as (

    select * from {{ ref('stg_ravenstack__support_tickets') }}
    where row_status = 'accepted'

)

select
    ticket_id,
    account_id as source_customer_id,
    cast(null as {{ dbt.type_string() }}) as requester_id,
    cast(null as {{ dbt.type_string() }}) as channel,
    cast(null as {{ dbt.type_string() }}) as category,
    case when priority = 'medium' then 'normal' else priority end as priority,
    cast(null as bigint) as initial_tier,
    'customer' as origin,
    cast(null as {{ dbt.type_string() }}) as schedule_id,
    false as is_spam,
    false as is_internal,
    cast(null as boolean) as is_complaint,
    cast(null as decimal(28, 6)) as handle_minutes,
    cast(null as {{ dbt.type_string() }}) as merged_into_id,
    cast(submitted_on as timestamp) as created_at
from tickets
