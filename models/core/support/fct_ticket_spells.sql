with changes as (

    select * from {{ ref('fct_ticket_state_changes') }}

),

replies as (

    select *
    from {{ ref('union_ticket_events') }} as events
    where {{ is_public_human_reply('events') }}

),

-- Opening and solving alternate, so what follows an opening is its solution.
spells as (

    select
        source_system,
        ticket_id,
        change_number,
        is_solved,
        occurred_at as opened_at,
        lead(occurred_at) over (
            partition by source_system, ticket_id order by change_number
        ) as solved_at
    from changes

),

-- R7: a reopening that is solved again without a public answer ("thanks") is ignored.
kept as (

    select
        *,
        lag(solved_at) over (
            partition by source_system, ticket_id order by change_number
        ) as solved_before_at
    from spells
    where
        not is_solved
        and (
            change_number = 1
            or solved_at is null
            or exists (
                select 1
                from replies
                where
                    replies.source_system = spells.source_system
                    and replies.ticket_id = spells.ticket_id
                    and replies.occurred_at between spells.opened_at and spells.solved_at
            )
        )

),

-- R7: a reopening more than 28 days after the last solution is a ticket of its own.
numbered as (

    select
        *,
        cast(sum(
            case when opened_at > {{ dbt.dateadd('day', 28, 'solved_before_at') }} then 1 else 0 end
        ) over (
            partition by source_system, ticket_id order by change_number rows unbounded preceding
        ) as bigint) as earlier_tickets
    from kept

)

select
    source_system,
    case
        when earlier_tickets = 0 then ticket_id
        else ticket_id || '#' || cast(earlier_tickets + 1 as {{ dbt.type_string() }})
    end as ticket_id,
    ticket_id as source_ticket_id,
    cast(row_number() over (
        partition by source_system, ticket_id, earlier_tickets order by change_number
    ) as bigint) as spell_number,
    opened_at,
    solved_at
from numbered
