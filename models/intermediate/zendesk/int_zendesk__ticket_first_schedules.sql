with applied as (

    select * from {{ ref('stg_zendesk__ticket_schedules') }}
    where row_status = 'accepted'

),

tickets as (

    select * from {{ ref('stg_zendesk__tickets') }}
    where row_status = 'accepted'

),

ranked as (

    select
        applied.ticket_id,
        applied.schedule_id,
        row_number() over (
            partition by applied.ticket_id
            order by
                case when applied.applied_at <= tickets.created_at then 0 else 1 end,
                case when applied.applied_at <= tickets.created_at then applied.applied_at end desc,
                applied.applied_at
        ) as schedule_rank
    from applied
    inner join tickets on applied.ticket_id = tickets.ticket_id

)

select
    ticket_id,
    schedule_id
from ranked
where schedule_rank = 1
