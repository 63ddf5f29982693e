with contracts as (
    select
        renewals.*,
        coalesce(contracts.cancel_requested_at, contracts.terminated_at) as cancel_requested_at,
        {{ dbt.dateadd('day', -90, 'renewals.term_end') }} as decided_at
    from {{ ref('fct_contract_renewals') }} as renewals
    inner join {{ ref('dim_contracts') }} as contracts
        on
            renewals.source_system = contracts.source_system
            and renewals.contract_id = contracts.contract_id
    inner join {{ ref('dim_customers') }} as customers
        on renewals.customer_id = customers.customer_id
    where not renewals.is_superseded and not customers.is_internal
),

-- The last month that was final when the contract had 90 days to run.
dated as (
    select
        contracts.*,
        {{ add_months(
            month_of(add_days(reporting_date('contracts.decided_at'), '-catalog.window_days')), -1
        ) }} as health_month_start
    from contracts
    inner join {{ ref('kpi_catalog') }} as catalog on catalog.kpi_id = 'customer_health_score'
),

banded as (
    select
        dated.*,
        case when health.band in ('good', 'watch', 'bad') then health.band else 'unknown' end
            as health_band,
        coalesce(dated.cancel_requested_at <= dated.decided_at, false) as was_cancel_requested
    from dated
    left join {{ ref('kpi_judgements') }} as health
        on
            health.kpi_id = 'customer_health_score'
            and health.segment_type = 'customer'
            and dated.customer_id = health.segment
            and dated.health_month_start = health.period_start
)

select
    source_system,
    contract_id,
    customer_id,
    month_start,
    term_end,
    {{ reporting_date('decided_at') }} as decided_on,
    health_month_start,
    health_band,
    was_cancel_requested,
    case when was_cancel_requested then 'cancel_requested' else health_band end as renewal_class,
    due_arr_amount,
    kept_arr_amount,
    is_renewed,
    is_final,
    {{ dbt.dateadd('day', 30, 'term_end') }} as closes_at
from banded
