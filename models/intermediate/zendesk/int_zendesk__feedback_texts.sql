with comments as (

    select
        *,
        row_number() over (partition by ticket_id order by changed_at desc) as recency
    from {{ ref('int_zendesk__ticket_field_changes') }}
    where field_name = 'satisfaction_comment' and field_value is not null

),

tickets as (

    select * from {{ ref('int_zendesk__tickets') }}

)

select
    'csat ' || comments.ticket_id as text_id,
    tickets.source_customer_id,
    'csat ' || comments.ticket_id as response_id,
    'survey' as source,
    'customer' as author_type,
    cast(null as {{ dbt.type_string() }}) as lang,
    comments.field_value as text,
    tickets.category as theme,
    cast(null as boolean) as is_complaint,
    comments.changed_at as created_at,
    cast(null as timestamp) as resolved_at
from comments
inner join tickets on comments.ticket_id = tickets.ticket_id
where comments.recency = 1
