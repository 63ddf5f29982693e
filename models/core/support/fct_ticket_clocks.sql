with tickets as (

    select * from {{ ref('fct_ticket_lifetimes') }}

),

intervals as (

    select * from {{ ref('dim_business_intervals') }}

),

ticket_events as (

    select
        tickets.*,
        events.is_public_human_reply,
        events.status_to,
        events.occurred_at,
        events.next_of_type_at
    from tickets
    inner join {{ ref('fct_ticket_events') }} as events
        on tickets.source_system = events.source_system and tickets.ticket_id = events.ticket_id

),

spans as (

    select
        source_system,
        ticket_id,
        schedule_id,
        'first_solve' as clock,
        created_at as starts_at,
        first_solved_at as ends_at
    from tickets
    where first_solved_at is not null

    union all

    select
        source_system,
        ticket_id,
        schedule_id,
        'first_reply' as clock,
        created_at as starts_at,
        min(occurred_at) as ends_at
    from ticket_events
    where is_public_human_reply
    group by source_system, ticket_id, schedule_id, created_at

    union all

    select
        source_system,
        ticket_id,
        schedule_id,
        'customer_wait' as clock,
        occurred_at as starts_at,
        least(next_of_type_at, first_solved_at) as ends_at
    from ticket_events
    where status_to = 'pending' and occurred_at < first_solved_at

)

select
    spans.source_system,
    spans.ticket_id,
    spans.clock,
    spans.starts_at,
    spans.ends_at,
    spans.schedule_id,
    {{ hours_between('spans.starts_at', 'spans.ends_at') }} as calendar_hours,
    cast(coalesce(sum({{ business_hours('spans', 'intervals') }}), 0) as decimal(28, 10))
        as business_hours
from spans
left join intervals
    on
        spans.schedule_id = intervals.schedule_id
        and spans.starts_at < intervals.closes_at
        and spans.ends_at > intervals.opens_at
group by
    spans.source_system, spans.ticket_id, spans.clock, spans.starts_at, spans.ends_at,
    spans.schedule_id
