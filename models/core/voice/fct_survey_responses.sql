with responses as (

    select * from {{ ref('union_survey_responses') }}

),

invitations as (

    select * from {{ ref('fct_survey_invitations') }}

),

contacts as (

    {{ contacts_named_by('responses') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- Files may name a ticket of any help desk.
tickets as (

    select
        ticket_id,
        min(source_system) as source_system
    from {{ ref('union_tickets') }}
    group by ticket_id
    having count(*) = 1

),

judged as (

    select
        responses.source_system,
        responses.response_id,
        responses.survey_type,
        invitations.wave,
        case
            when responses.source_customer_id is null
                then coalesce(invitations.customer_id, ids.customer_id)
            else ids.customer_id
        end as customer_id,
        coalesce(contacts.contact_id, invitations.contact_id) as contact_id,
        invitations.invitation_id,
        case
            when responses.ticket_id is not null
                then coalesce(tickets.source_system, responses.source_system)
        end as ticket_system,
        responses.ticket_id,
        responses.score,
        responses.scale_min,
        responses.scale_max,
        cast(
            (responses.score - responses.scale_min) / (responses.scale_max - responses.scale_min)
            as double precision
        ) as normalised_score,
        responses.responded_at,
        case
            when not coalesce(responses.is_complete, true) then 'incomplete'
            when responses.responded_at < invitations.sent_at then 'answered_before_sent'
            when responses.responded_at > invitations.closes_at then 'late'
        end as fault,
        invitations.delivered_at is not null as is_delivered
    from responses
    left join invitations
        on
            responses.source_system = invitations.source_system
            and responses.invitation_id = invitations.invitation_id
    left join contacts
        on
            responses.source_system = contacts.source_system
            and responses.contact_id = contacts.source_contact_id
    left join tickets on responses.ticket_id = tickets.ticket_id
    inner join ids
        on
            responses.source_system = ids.source_system
            and coalesce(responses.source_customer_id, '(none)') = ids.source_customer_id

),

-- R8: of a ticket, and of a contact in a wave, the last answer counts; any other stands alone.
ranked as (

    select
        *,
        row_number() over (
            partition by
                survey_type,
                fault is null,
                case
                    when ticket_id is not null then 'ticket ' || ticket_system || ' ' || ticket_id
                    when wave is not null and contact_id is not null
                        then 'wave ' || source_system || ' ' || wave || ' ' || contact_id
                    else 'answer ' || source_system || ' ' || response_id
                end
            order by responded_at desc, response_id desc
        ) as recency
    from judged

)

select
    source_system,
    response_id,
    survey_type,
    wave,
    customer_id,
    contact_id,
    invitation_id,
    ticket_system,
    ticket_id,
    score,
    scale_min,
    scale_max,
    normalised_score,
    case when survey_type = 'nps' then {{ nps_class('score') }} end as nps_class,
    responded_at,
    coalesce(fault, case when recency > 1 then 'superseded' end) as exclusion_reason,
    fault is null and recency = 1 and is_delivered as is_in_response_rate
from ranked
