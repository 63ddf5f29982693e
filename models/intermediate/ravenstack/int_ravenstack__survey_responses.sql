with tickets as (

    select * from {{ ref('stg_ravenstack__support_tickets') }}
    where row_status = 'accepted'

)

select
    'csat ' || ticket_id as response_id,
    'csat' as survey_type,
    cast(null as {{ dbt.type_string() }}) as invitation_id,
    account_id as source_customer_id,
    cast(null as {{ dbt.type_string() }}) as contact_id,
    ticket_id,
    satisfaction_score as score,
    1 as scale_min,
    5 as scale_max,
    true as is_complete,
    coalesce(closed_at, cast(submitted_on as timestamp)) as responded_at
from tickets
where satisfaction_score is not null
