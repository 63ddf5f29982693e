{%- set closes_at = dbt.dateadd('day', 7, 'first_solved_at') -%}
with {{ kpi_tickets('first_solved_at', due_at=closes_at) }},

-- A requester that asks for the same again; what has no category is like nothing else.
asked_again as (
    select distinct
        solved.source_system,
        solved.ticket_id
    from tickets as solved
    inner join {{ ref('fct_tickets') }} as others
        on
            solved.source_system = others.source_system
            and solved.requester_id = others.requester_id
            and solved.category = others.category
            and solved.first_solved_at < others.created_at
            and others.created_at <= {{ dbt.dateadd('day', 7, 'solved.first_solved_at') }}
    where solved.category <> 'unclassified'
),

-- Who was never answered before it was solved was not served at all. A live talk is one contact.
judged as (
    select
        filed_tickets.*,
        case
            when filed_tickets.channel in ('voice', 'chat') then false
            else coalesce(filed_tickets.second_contact_answered_at <= {{ closes_at }}, false)
        end as took_more_contacts,
        coalesce(filed_tickets.first_tier_move_at <= {{ closes_at }}, false) as changed_tier,
        coalesce(filed_tickets.first_reopened_at <= {{ closes_at }}, false) as was_reopened,
        asked_again.ticket_id is not null as was_asked_again
    from filed_tickets
    left join asked_again
        on
            filed_tickets.source_system = asked_again.source_system
            and filed_tickets.ticket_id = asked_again.ticket_id
    where filed_tickets.first_public_human_reply_at <= filed_tickets.first_solved_at
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case
            when
                is_due
                and not (took_more_contacts or changed_tier or was_reopened or was_asked_again)
                then 1
            else 0
        end as numerator,
        case when is_due then 1 else 0 end as denominator,
        case when is_due then 1 else 0 end as units,
        case when is_due then 0 else 1 end as n_pending
    from judged
),

{{ kpi_rows('first_contact_resolution') }}

select * from kpi_rows
