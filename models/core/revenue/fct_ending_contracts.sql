with successors as (
    select
        source_system,
        contract_id,
        min(agreed_at) as renewed_at,
        max(case when is_early then 1 else 0 end) as is_superseded
    from {{ ref('brg_contract_successors') }}
    group by source_system, contract_id
)

select
    months.month_start,
    contracts.source_system,
    contracts.contract_id,
    contracts.customer_id,
    contracts.term_end,
    cast(coalesce(contracts.arr_amount * rates.rate, 0) as decimal(28, 6)) as due_arr_amount,
    case
        when successors.renewed_at < months.ends_at then 'renewed'
        when coalesce(contracts.cancel_requested_at, contracts.terminated_at) < months.ends_at
            then 'cancel_requested'
    end as known_class
from {{ ref('dim_contracts') }} as contracts
inner join {{ ref('dim_months') }} as months
    on
        coalesce(contracts.signed_at, contracts.term_start) < months.ends_at
        and contracts.term_end > months.ends_at
        and contracts.term_end <= {{ dbt.dateadd('day', 90, 'months.ends_at') }}
inner join {{ ref('dim_customers') }} as customers
    on contracts.customer_id = customers.customer_id and not customers.is_internal
left join {{ ref('dim_exchange_rates') }} as rates
    on contracts.currency = rates.currency and months.month_start = rates.month_start
left join successors
    on
        contracts.source_system = successors.source_system
        and contracts.contract_id = successors.contract_id
where contracts.term_months > 1 and coalesce(successors.is_superseded, 0) = 0
