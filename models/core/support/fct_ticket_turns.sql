with spells as (

    select * from {{ ref('fct_ticket_spells') }}

),

statuses as (

    select * from {{ ref('fct_ticket_events') }}
    where event_type = 'status' and status_to not in ('solved', 'closed')

),

-- Whoever opens a ticket waits for an agent, until a status of that moment or later says otherwise.
states as (

    select
        source_system,
        ticket_id,
        spell_number,
        solved_at,
        'agent' as turn,
        opened_at as starts_at,
        '' as event_id
    from spells

    union all

    select
        spells.source_system,
        spells.ticket_id,
        spells.spell_number,
        spells.solved_at,
        case statuses.status_to
            when 'pending' then 'customer' when 'hold' then 'third_party' else 'agent'
        end as turn,
        statuses.occurred_at as starts_at,
        statuses.event_id
    from spells
    inner join statuses
        on
            spells.source_system = statuses.source_system
            and spells.ticket_id = statuses.ticket_id
            and spells.opened_at <= statuses.occurred_at
            and (statuses.occurred_at < spells.solved_at or spells.solved_at is null)

),

followed as (

    select
        *,
        lag(turn, 1, 'nobody') over (
            partition by source_system, ticket_id, spell_number order by starts_at, event_id
        ) as turn_before
    from states

),

turns as (

    select
        source_system,
        ticket_id,
        spell_number,
        turn,
        starts_at,
        coalesce(
            lead(starts_at) over (
                partition by source_system, ticket_id, spell_number order by starts_at, event_id
            ),
            solved_at
        ) as ends_at
    from followed
    where turn <> turn_before

)

select * from turns
where ends_at > starts_at or ends_at is null
