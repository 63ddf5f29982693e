with tickets as (

    select * from {{ ref('fct_tickets') }}
    where is_complaint

),

spells as (

    select
        *,
        lead(opened_at) over (
            partition by source_system, ticket_id order by spell_number
        ) as reopened_at
    from {{ ref('fct_ticket_spells') }}

),

-- The first solution of which the customer was told, and that held for seven days.
resolutions as (

    select
        tickets.source_system,
        tickets.ticket_id,
        min(spells.solved_at) as resolved_at
    from tickets
    inner join spells
        on
            tickets.source_system = spells.source_system
            and tickets.ticket_id = spells.ticket_id
            and tickets.first_public_human_reply_at <= spells.solved_at
    where
        spells.reopened_at is null
        or spells.reopened_at > {{ dbt.dateadd('day', 7, 'spells.solved_at') }}
    group by tickets.source_system, tickets.ticket_id

),

records as (

    select
        tickets.source_system || ' ticket ' || tickets.ticket_id as record_id,
        tickets.customer_id,
        tickets.category as theme,
        nullif(tickets.category, 'unclassified') as known_theme,
        tickets.created_at as received_at,
        resolutions.resolved_at
    from tickets
    left join resolutions
        on
            tickets.source_system = resolutions.source_system
            and tickets.ticket_id = resolutions.ticket_id

    union all

    select
        source_system || ' text ' || text_id as record_id,
        customer_id,
        theme,
        nullif(theme, 'unthemed') as known_theme,
        created_at as received_at,
        resolved_at
    from {{ ref('fct_feedback_texts') }}
    where is_complaint

)

-- What has no theme is not known to be the same as anything else.
select
    record_id,
    customer_id,
    theme,
    customer_id || ' ' || coalesce(known_theme, record_id) as matter,
    row_number() over (
        partition by customer_id, coalesce(known_theme, record_id) order by received_at, record_id
    ) as place,
    received_at,
    resolved_at
from records
