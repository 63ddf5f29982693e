with customers as (

    select * from {{ ref('stg_stripe__customers') }}
    where row_status = 'accepted'

)

select
    customer_id as source_customer_id,
    'salesforce' as linked_system,
    {{ json_text('metadata', 'salesforce_account_id') }} as linked_customer_id,
    'stripe.customer.metadata.salesforce_account_id' as link_rule,
    cast(1 as double precision) as confidence
from customers
where {{ json_text('metadata', 'salesforce_account_id') }} is not null
