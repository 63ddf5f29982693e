with organizations as (

    select * from {{ ref('stg_zendesk__organizations') }}
    where row_status = 'accepted'

)

select
    organization_id as source_customer_id,
    'salesforce' as linked_system,
    external_id as linked_customer_id,
    'zendesk.organization.external_id' as link_rule,
    1 as confidence
from organizations
where external_id is not null
