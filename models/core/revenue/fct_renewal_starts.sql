with contracts as (

    select * from {{ ref('dim_contracts') }}

),

successors as (

    select * from {{ ref('brg_contract_successors') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

terms as (

    select
        contracts.customer_id,
        {{ reporting_date('successors.starts_at') }} as started_on
    from contracts
    inner join successors
        on
            contracts.source_system = successors.source_system
            and contracts.contract_id = successors.contract_id
    where contracts.term_months > 1 and not successors.is_early

)

select
    terms.customer_id,
    months.month_start,
    min(terms.started_on) as started_on
from terms
inner join months on {{ month_of('terms.started_on') }} = months.month_start
group by terms.customer_id, months.month_start
