with responses as (

    select * from {{ ref('union_survey_responses') }}
    where is_complete

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- R8: a ticket is answered once, with the last word; an answer without a ticket stands alone.
ranked as (

    select
        *,
        row_number() over (
            partition by
                source_system,
                survey_type,
                case when ticket_id is null then response_id end,
                ticket_id
            order by responded_at desc, response_id desc
        ) as recency
    from responses

)

select
    ranked.source_system,
    ranked.response_id,
    ranked.survey_type,
    ids.customer_id,
    ranked.contact_id,
    ranked.invitation_id,
    ranked.ticket_id,
    ranked.score,
    ranked.scale_min,
    ranked.scale_max,
    cast(
        (ranked.score - ranked.scale_min) / (ranked.scale_max - ranked.scale_min)
        as double precision
    ) as normalised_score,
    ranked.responded_at
from ranked
inner join ids
    on
        ranked.source_system = ids.source_system
        and coalesce(ranked.source_customer_id, '(none)') = ids.source_customer_id
where ranked.recency = 1
