-- key: source_system, response_id
-- within: normalised_score 0.000001
-- Every answer that staging accepted, and why it does not count (rule R8).
select
    responses.source_system,
    responses.response_id,
    responses.survey_type,
    case when customers.anchor_system = 'salesforce' then customers.anchor_id end as salesforce_account_id,
    case when customers.anchor_system = 'stripe' then customers.anchor_id end as stripe_customer_id,
    contacts.anchor_id as contact,
    responses.ticket_id,
    case when exclusion_reason is distinct from 'incomplete' then responses.normalised_score end as normalised_score,
    responses.responded_at,
    responses.exclusion_reason,
    responses.is_in_response_rate
from core.fct_survey_responses as responses
inner join core.dim_customers as customers on responses.customer_id = customers.customer_id
left join (select distinct contact_id, anchor_id from core.brg_contact_ids) as contacts
    on responses.contact_id = contacts.contact_id
where responses.source_system in ('files', 'zendesk')
