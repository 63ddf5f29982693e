-- Solved, and not reopened in the 7 days after.
with solutions as (

    select source_system, ticket_id, min(solved_at) as solved_at  -- noqa: LT09
    from (
        select
            *,
            lead(opened_at) over (partition by source_system, ticket_id order by spell_number)
                as reopened_at
        from {{ ref('fct_ticket_spells') }}
    ) as spells
    where reopened_at is null or reopened_at > {{ dbt.dateadd('day', 7, 'solved_at') }}
    group by source_system, ticket_id

),

-- What has no theme is not known to be the same as anything else.
said as (

    select
        tickets.source_system || ' ticket ' || tickets.ticket_id as record_id,
        tickets.customer_id,
        tickets.category as theme,
        nullif(tickets.category, 'unclassified') as known_theme,
        tickets.created_at as received_at,
        ends.solved_at as resolved_at
    from {{ ref('fct_tickets') }} as tickets
    left join solutions as ends
        on tickets.source_system = ends.source_system and tickets.ticket_id = ends.ticket_id
    where tickets.is_complaint

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

),

numbered as (

    select
        *,
        customer_id || ' ' || coalesce(known_theme, record_id) as matter,
        row_number() over (
            partition by customer_id, coalesce(known_theme, record_id)
            order by received_at, record_id
        ) as place
    from said

),

-- The first of a matter that is more than 30 days later would begin the next complaint.
jumps_1 as (

    select
        earlier.matter,
        earlier.place,
        min(later.place) as next_place
    from numbered as earlier
    inner join numbered as later
        on
            earlier.matter = later.matter
            and later.received_at > {{ dbt.dateadd('day', 30, 'earlier.received_at') }}
    group by earlier.matter, earlier.place

),

begins_1 as (

    select matter, place  -- noqa: LT09
    from numbered
    where place = 1

),

{% for round in range(1, 9) -%}
-- Each round follows twice as many complaints: 256 of one matter, 21 years, are told apart.
jumps_{{ round + 1 }} as (

    select near.matter, near.place, far.next_place  -- noqa: LT09
    from jumps_{{ round }} as near
    inner join jumps_{{ round }} as far
        on near.matter = far.matter and near.next_place = far.place

),

begins_{{ round + 1 }} as (

    select * from begins_{{ round }}
    union
    select jumps.matter, jumps.next_place as place  -- noqa: LT09
    from jumps_{{ round }} as jumps
    inner join begins_{{ round }} as begins
        on jumps.matter = begins.matter and jumps.place = begins.place

),

{% endfor -%}
placed as (

    select
        numbered.*,
        max(begins.place) over (
            partition by numbered.matter order by numbered.place
            rows between unbounded preceding and current row
        ) as first_place
    from numbered
    left join begins_9 as begins
        on numbered.matter = begins.matter and numbered.place = begins.place

)

select
    min(case when place = first_place then record_id end) as complaint_id,
    customer_id,
    min(theme) as theme,
    min(received_at) as received_at,
    max(received_at) as last_received_at,
    count(*) as records,
    case when count(resolved_at) = count(*) then max(resolved_at) end as resolved_at
from placed
group by customer_id, matter, first_place
