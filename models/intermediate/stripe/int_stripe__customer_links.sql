with customers as (

    select
        *,
        {{ json_text('metadata', 'salesforce_account_id') }} as salesforce_account_id,
        {{ email_domain('email') }} as domain
    from {{ ref('stg_stripe__customers') }}
    where row_status = 'accepted'

)

select
    customer_id as source_customer_id,
    'salesforce' as linked_system,
    salesforce_account_id as linked_customer_id,
    'stripe.customer.metadata.salesforce_account_id' as link_rule,
    1 as confidence
from customers
where salesforce_account_id is not null
union all
select
    customer_id as source_customer_id,
    '(domain)' as linked_system,
    domain as linked_customer_id,
    'stripe.customer.email' as link_rule,
    0.8 as confidence
from customers
where domain is not null
