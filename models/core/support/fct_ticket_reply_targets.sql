with tickets as (

    select * from {{ ref('fct_ticket_lifetimes') }}

),

helpdesk_tickets as (

    select * from {{ ref('dim_helpdesk_tickets') }}

),

targets as (

    select * from {{ ref('sla_targets') }}

),

spans as (

    select
        *,
        {{ dbt.datediff('opens_at', 'closes_at', 'second') }}
            as open_seconds
    from {{ ref('dim_business_intervals') }}

),

-- A schedule's business time runs on from one span to the next.
intervals as (

    select
        *,
        lead(opens_at) over (partition by schedule_id order by opens_at) as next_opens_at,
        coalesce(sum(open_seconds) over (
            partition by schedule_id
            order by opens_at rows between unbounded preceding and 1 preceding
        ), 0) as opened_seconds
    from spans

),

aimed as (

    select
        tickets.source_system,
        tickets.ticket_id,
        tickets.schedule_id,
        coalesce(targets.priority_level, others.priority_level) as priority_level,
        coalesce(targets.target_hours, others.target_hours) as target_hours,
        coalesce(
            intervals.opened_seconds
            + least(
                intervals.open_seconds,
                {{ dbt.datediff('intervals.opens_at', 'tickets.created_at', 'second') }}
            ), 0
        ) + 3600 * coalesce(targets.target_hours, others.target_hours) as due_seconds
    from tickets
    inner join helpdesk_tickets as helpdesk
        on
            tickets.source_system = helpdesk.source_system
            and tickets.source_ticket_id = helpdesk.ticket_id
    left join targets on lower(helpdesk.priority) = targets.priority
    inner join targets as others on others.priority = '(none)'
    left join intervals
        on
            tickets.schedule_id = intervals.schedule_id
            and tickets.created_at >= intervals.opens_at
            and (
                tickets.created_at < intervals.next_opens_at or intervals.next_opens_at is null
            )

)

select
    aimed.source_system,
    aimed.ticket_id,
    aimed.priority_level,
    cast(aimed.target_hours as decimal(28, 6)) as target_hours,
    {{ dbt.dateadd(
        'second', 'cast(aimed.due_seconds - intervals.opened_seconds as bigint)', 'intervals.opens_at',
    ) }} as reply_due_at
from aimed
left join intervals
    on
        aimed.schedule_id = intervals.schedule_id
        and aimed.due_seconds > intervals.opened_seconds
        and aimed.due_seconds <= intervals.opened_seconds + intervals.open_seconds
