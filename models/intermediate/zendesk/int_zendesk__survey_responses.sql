with ratings as (

    select
        *,
        row_number() over (partition by ticket_id order by changed_at desc) as recency
    from {{ ref('int_zendesk__ticket_field_changes') }}
    where field_name = 'satisfaction_score' and field_value in ('good', 'bad')

),

tickets as (

    select * from {{ ref('int_zendesk__tickets') }}

)

select
    'csat ' || ratings.ticket_id as response_id,
    'csat' as survey_type,
    cast(null as {{ dbt.type_string() }}) as invitation_id,
    tickets.source_customer_id,
    tickets.requester_id as contact_id,
    ratings.ticket_id,
    case when ratings.field_value = 'good' then 1 else 0 end as score,
    0 as scale_min,
    1 as scale_max,
    true as is_complete,
    ratings.changed_at as responded_at
from ratings
inner join tickets on ratings.ticket_id = tickets.ticket_id
where ratings.recency = 1
