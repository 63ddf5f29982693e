with last_month as (

    select
        max(month_start) as month_start,
        max(as_of) as as_of
    from {{ ref('dim_months') }}

),

due as (

    select
        contracts.source_system,
        contracts.contract_id,
        contracts.customer_id,
        {{ reporting_date('contracts.term_end') }} as renewal_on,
        {{ dbt.datediff('months.as_of', reporting_date('contracts.term_end'), 'day') }}
            as days_to_renewal,
        months.month_start,
        coalesce(contracts.cancel_requested_at, contracts.terminated_at) is not null
            as is_cancel_requested,
        cast(contracts.arr_amount * rates.rate as decimal(28, 6)) as arr_amount
    from {{ ref('dim_contracts') }} as contracts
    inner join last_month as months
        on
            {{ reporting_date('contracts.term_end') }} >= {{ add_days('months.as_of', -30) }}
            and {{ reporting_date('contracts.term_end') }} <= {{ add_days('months.as_of', 180) }}
            and {{ reporting_date('contracts.term_start') }} <= months.as_of
    left join {{ ref('dim_exchange_rates') }} as rates
        on contracts.currency = rates.currency and months.month_start = rates.month_start
    where
        contracts.term_months > 1
        and not exists (
            select 1 from {{ ref('brg_contract_successors') }} as successors
            where
                successors.source_system = contracts.source_system
                and successors.contract_id = contracts.contract_id
        )

)

select
    due.*,
    customers.name as customer_name,
    customers.csm_id,
    customers.csm_name,
    customers.segment,
    customers.health_score,
    customers.health_band,
    customers.worst_health_component,
    customers.usage_drop,
    customers.open_change_days,
    customers.oldest_p1_days,
    customers.feedback_trend,
    customers.days_since_touch,
    customers.mrr_amount
from due
left join {{ ref('customer_360') }} as customers
    on due.customer_id = customers.customer_id and due.month_start = customers.month_start
