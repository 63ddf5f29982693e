-- key: salesforce_account_id, stripe_customer_id, month, survey_type
-- Of the invitations whose 30 days are over: how many were answered to the end, and else in part, in time.
with answers as (
    select
        source_system,
        invitation_id,
        max(case when is_in_response_rate then 1 else 0 end) as is_answered
    from core.fct_survey_responses
    where exclusion_reason is null
    group by source_system, invitation_id
),
parts as (
    select distinct invitations.source_system, invitations.invitation_id
    from core.fct_survey_invitations as invitations
    inner join core.fct_survey_responses as responses
        on invitations.source_system = responses.source_system
        and invitations.invitation_id = responses.invitation_id
        and responses.exclusion_reason = 'incomplete'
        and responses.responded_at between invitations.sent_at and invitations.closes_at
),
invited as (
    select
        invitations.*,
        months.month_start,
        invitations.closes_at <= cast(months.as_of as timestamp) as is_matured,
        coalesce(answers.is_answered, 0) = 1 as is_answered,
        parts.invitation_id is not null as is_answered_in_part
    from core.fct_survey_invitations as invitations
    inner join core.dim_months as months
        on invitations.delivered_at >= months.starts_at and invitations.delivered_at < months.ends_at
    left join answers
        on invitations.source_system = answers.source_system and invitations.invitation_id = answers.invitation_id
    left join parts
        on invitations.source_system = parts.source_system and invitations.invitation_id = parts.invitation_id
)
select
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    invited.month_start as month,
    invited.survey_type,
    count(*) as delivered,
    count(case when is_matured then 1 end) as matured,
    count(case when is_matured and is_answered then 1 end) as answered,
    count(case when is_matured and is_answered_in_part and not is_answered then 1 end) as answered_in_part
from invited
inner join core.dim_customers as customers on invited.customer_id = customers.customer_id
group by 1, 2, 3, 4
