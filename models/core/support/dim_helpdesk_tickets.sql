with tickets as (

    select
        *,
        case
            when is_spam then 'spam'
            when is_internal then 'internal'
            when origin = 'agent' then 'agent_opened'
        end as not_raised_by_customer
    from {{ ref('union_tickets') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

schedules as (

    select distinct schedule_id from {{ ref('dim_business_intervals') }}

),

hop_1 as (

    select
        tickets.source_system,
        tickets.ticket_id,
        coalesce(survivors.ticket_id, tickets.ticket_id) as surviving_ticket_id
    from tickets
    left join tickets as survivors
        on
            tickets.source_system = survivors.source_system
            and tickets.merged_into_id = survivors.ticket_id

),

{% for hop in (2, 3, 4) -%}

hop_{{ hop }} as (

    select
        near.source_system,
        near.ticket_id,
        far.surviving_ticket_id
    from hop_{{ hop - 1 }} as near
    inner join hop_{{ hop - 1 }} as far
        on near.source_system = far.source_system and near.surviving_ticket_id = far.ticket_id

),

{% endfor -%}
judged as (

    select
        tickets.source_system,
        tickets.ticket_id,
        merged.surviving_ticket_id,
        case
            when tickets.ticket_id <> merged.surviving_ticket_id then 'merged_away'
            else tickets.not_raised_by_customer
        end as exclusion_reason,
        ids.customer_id,
        tickets.requester_id,
        coalesce(tickets.channel, 'unknown') as channel,
        coalesce(tickets.category, 'unclassified') as category,
        tickets.priority,
        tickets.initial_tier,
        max(case when tickets.is_complaint then 1 when not tickets.is_complaint then 0 end) over (
            partition by tickets.source_system, merged.surviving_ticket_id
        ) = 1 as is_complaint,
        cast(sum(tickets.handle_minutes) over (
            partition by tickets.source_system, merged.surviving_ticket_id
        ) as decimal(28, 6)) as handle_minutes,
        coalesce(schedules.schedule_id, '{{ var("default_schedule") }}') as schedule_id,
        min(case when tickets.not_raised_by_customer is null then tickets.created_at end) over (
            partition by tickets.source_system, merged.surviving_ticket_id
        ) as raised_at
    from tickets
    inner join hop_4 as merged
        on tickets.source_system = merged.source_system and tickets.ticket_id = merged.ticket_id
    inner join ids
        on
            tickets.source_system = ids.source_system
            and coalesce(tickets.source_customer_id, '(none)') = ids.source_customer_id
    left join schedules
        on tickets.source_system || ':' || tickets.schedule_id = schedules.schedule_id

)

select * from judged
