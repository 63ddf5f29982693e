with reminders as (

    select * from {{ ref('fct_messages') }}
    where purpose = 'survey_reminder' and not is_bounced

),

invitations as (

    select * from {{ ref('fct_survey_invitations') }}
    where survey_type = 'nps'

),

-- Who has begun to answer may be reminded to end it.
answers as (

    select * from {{ ref('fct_survey_responses') }}
    where exclusion_reason is null or exclusion_reason <> 'incomplete'

)

select distinct
    reminders.source_system,
    reminders.message_id,
    reminders.customer_id,
    reminders.sent_at
from reminders
inner join invitations
    on
        reminders.contact_id = invitations.contact_id
        and reminders.sent_at >= invitations.sent_at
        and reminders.sent_at <= invitations.closes_at
left join answers
    on
        invitations.source_system = answers.source_system
        and invitations.invitation_id = answers.invitation_id
        and reminders.sent_at >= answers.responded_at
where answers.response_id is null
