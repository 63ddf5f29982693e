with successors as (
    select
        links.source_system,
        links.contract_id,
        min(coalesce(contracts.signed_at, contracts.term_start)) as renewed_at,
        max(case when links.is_early then 1 else 0 end) as is_superseded
    from {{ ref('brg_contract_successors') }} as links
    inner join {{ ref('dim_contracts') }} as contracts
        on
            links.successor_system = contracts.source_system
            and links.successor_id = contracts.contract_id
    group by links.source_system, links.contract_id
),

-- Contracts known at a month's end E that end in the 90 days after it, and what is known of them.
ending as (
    select
        months.month_start,
        contracts.source_system,
        contracts.contract_id,
        contracts.customer_id,
        contracts.term_end,
        contracts.currency,
        contracts.arr_amount,
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
    left join successors
        on
            contracts.source_system = successors.source_system
            and contracts.contract_id = successors.contract_id
    where contracts.term_months > 1 and coalesce(successors.is_superseded, 0) = 0
),

classed as (
    select
        ending.*,
        cast(coalesce(ending.arr_amount * rates.rate, 0) as decimal(28, 6)) as due_arr_amount,
        coalesce(
            ending.known_class,
            case when health.band in ('good', 'watch', 'bad') then health.band else 'unknown' end
        ) as renewal_class
    from ending
    left join {{ ref('dim_exchange_rates') }} as rates
        on ending.currency = rates.currency and ending.month_start = rates.month_start
    left join {{ ref('kpi_judgements') }} as health
        on
            health.kpi_id = 'customer_health_score'
            and health.segment_type = 'customer'
            and ending.customer_id = health.segment
            and ending.month_start = health.period_start
)

select
    classed.source_system,
    classed.contract_id,
    classed.customer_id,
    classed.month_start,
    classed.term_end,
    classed.renewal_class,
    classed.renewal_class in ('bad', 'unknown', 'cancel_requested') as is_at_risk,
    classed.due_arr_amount,
    case when classed.renewal_class = 'renewed' then 1 else rates.renewal_rate end as probability,
    coalesce(outcomes.is_final, false) as is_final,
    case when outcomes.is_final then outcomes.kept_arr_amount end as kept_arr_amount
from classed
left join {{ ref('health_renewal_rates') }} as rates
    on classed.month_start = rates.month_start and classed.renewal_class = rates.renewal_class
left join {{ ref('fct_contract_renewals') }} as outcomes
    on classed.source_system = outcomes.source_system and classed.contract_id = outcomes.contract_id
