with organizations as (

    select * from {{ ref('stg_zendesk__organizations') }}
    where row_status = 'accepted'

),

-- One loader has a table of domains, another an array of them in the organization.
domain_names as (

    select
        organization_id,
        domain_name
    from {{ ref('stg_zendesk__domain_names') }}
    where row_status = 'accepted'
    union
    select
        organizations.organization_id,
        replace(cast(listed.element as {{ dbt.type_string() }}), '"', '') as domain_name
    from organizations
    {{ cross_join_json_array('organizations.domain_names', 'listed') }}

)

-- external_id is free text: Salesforce ids of accounts begin with 001, Stripe's with cus_.
select
    organization_id as source_customer_id,
    case
        when external_id like '001%' and length(external_id) in (15, 18) then 'salesforce'
        when external_id like 'cus!_%' escape '!' then 'stripe'
        else 'segment'
    end as linked_system,
    external_id as linked_customer_id,
    'zendesk.organization.external_id' as link_rule,
    1 as confidence
from organizations
where external_id is not null
union all
select
    organization_id as source_customer_id,
    '(domain)' as linked_system,
    domain_name as linked_customer_id,
    'zendesk.domain_name' as link_rule,
    0.8 as confidence
from domain_names
where domain_name is not null
