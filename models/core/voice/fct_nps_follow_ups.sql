with answers as (

    select
        *,
        {{ reporting_date('responded_at') }} as responded_on
    from {{ ref('fct_survey_responses') }}
    where nps_class is not null and exclusion_reason is null

),

due as (

    select
        source_system,
        response_id,
        customer_id,
        contact_id,
        nps_class,
        responded_at,
        responded_on,
        {{ two_weekdays_after('responded_on') }} as due_on
    from answers

),

-- A play that was called off, or that the customer's leaving ended, is no follow-up.
calls as (

    select
        due.source_system,
        due.response_id,
        min(plays.closed_at) as followed_up_at
    from due
    inner join {{ ref('fct_plays') }} as plays
        on
            due.response_id = plays.trigger_ref
            and due.customer_id = plays.customer_id
            and plays.closed_at >= due.responded_at
    where plays.result in ('resolved', 'no_effect', 'declined')
    group by due.source_system, due.response_id

),

mails as (

    select
        due.source_system,
        due.response_id,
        max(case when messages.purpose = 'survey_thank_you' then 1 else 0 end) as thanks,
        max(case when messages.purpose = 'promoter_ask' then 1 else 0 end) as asks
    from due
    inner join {{ ref('fct_messages') }} as messages
        on
            due.contact_id = messages.contact_id
            and messages.sent_at >= due.responded_at
            and {{ reporting_date('messages.sent_at') }} <= due.due_on
    where messages.purpose in ('survey_thank_you', 'promoter_ask') and not messages.is_bounced
    group by due.source_system, due.response_id

)

select
    due.source_system,
    due.response_id,
    due.customer_id,
    due.nps_class,
    due.responded_on,
    due.due_on,
    calls.followed_up_at,
    coalesce({{ reporting_date('calls.followed_up_at') }} <= due.due_on, false) as is_followed_up,
    coalesce(mails.thanks, 0) = 1 as is_thanked,
    coalesce(mails.asks, 0) = 1 as is_asked
from due
left join calls
    on due.source_system = calls.source_system and due.response_id = calls.response_id
left join mails
    on due.source_system = mails.source_system and due.response_id = mails.response_id
