with history as (

    select * from {{ ref('stg_zendesk__ticket_field_history') }}
    where row_status = 'accepted'

),

audits as (

    select * from {{ ref('stg_zendesk__ticket_audits') }}
    where row_status = 'accepted'

),

-- Of two updates within a second the later stands.
audited as (

    select
        audits.ticket_id,
        lower({{ json_text('events.element', 'field_name') }}) as field_name,
        audits.audited_at as changed_at,
        audits.user_id,
        {{ json_text('events.element', 'value') }} as field_value,
        row_number() over (
            partition by
                audits.ticket_id,
                lower({{ json_text('events.element', 'field_name') }}),
                audits.audited_at
            order by length(audits.audit_id) desc, audits.audit_id desc
        ) as recency
    from audits
    {{ cross_join_json_array('audits.events', 'events') }}
    where {{ json_text('events.element', 'type') }} in ('Create', 'Change')

)

select
    ticket_id,
    field_name,
    changed_at,
    user_id,
    field_value
from history

union all

select
    ticket_id,
    field_name,
    changed_at,
    user_id,
    field_value
from audited
where recency = 1 and field_name is not null
