with customers as (

    select * from {{ ref('dim_customers') }}
    where not is_internal

),

services as (

    select
        customer_id,
        min({{ reporting_date('starts_at') }}) as first_paid_on
    from {{ ref('fct_paid_service') }}
    group by customer_id

),

signatures as (

    select
        ids.customer_id,
        min({{ reporting_date('contracts.signed_at') }}) as first_signed_on
    from {{ ref('union_contracts') }} as contracts
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            contracts.source_system = ids.source_system
            and coalesce(contracts.source_customer_id, '(none)') = ids.source_customer_id
    group by ids.customer_id

),

contracts as (

    select
        customer_id,
        min({{ reporting_date('term_start') }}) as first_contract_on
    from {{ ref('dim_contracts') }}
    group by customer_id

)

select
    services.customer_id,
    services.first_paid_on,
    case
        when signatures.first_signed_on < services.first_paid_on then signatures.first_signed_on
        else services.first_paid_on
    end as started_on,
    coalesce(contracts.first_contract_on, services.first_paid_on) as clock_started_on
from services
inner join customers on services.customer_id = customers.customer_id
left join signatures on services.customer_id = signatures.customer_id
left join contracts on services.customer_id = contracts.customer_id
