with months as (

    select * from {{ ref('dim_months') }}

),

customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

asked as (

    select
        months.month_start,
        months.ends_at,
        months.as_of,
        ahead.quarters_ahead,
        {{ add_months('months.month_start', '3 * ahead.quarters_ahead - 2') }} as after_on,
        {{ add_months('months.month_start', '3 * ahead.quarters_ahead') }} as until_month_start
    from months
    cross join (
        select 1 as quarters_ahead
        union all
        select 2 as quarters_ahead
    ) as ahead

),

-- Nothing changes a step any more once it is too late for a renewal that is bridged (R5).
steps as (

    select
        *,
        {{ add_months('until_month_start', 1) }} as until_on,
        {{ add_days(add_months('until_month_start', 1), bridge_days()) }} as final_on
    from asked

),

-- Who pays at the month's end, and what the same customers pay at the end of the quarter ahead.
paying as (

    select
        'net_revenue_retention' as measure,
        steps.month_start,
        steps.quarters_ahead,
        customer_months.mrr_amount as before_amount,
        coalesce(later.mrr_amount, 0) as after_amount
    from steps
    inner join customer_months
        on steps.month_start = customer_months.month_start and customer_months.is_active
    left join customer_months as later
        on
            customer_months.customer_id = later.customer_id
            and steps.until_month_start = later.month_start

),

-- The terms in force at the month's end that end in the quarter ahead, and what of them was kept.
ending as (

    select
        'renewal_rate' as measure,
        steps.month_start,
        steps.quarters_ahead,
        coalesce(contracts.arr_amount * rates.rate, 0) as before_amount,
        -- What was replaced more than 90 days early is kept; its successor falls due later.
        case
            when renewals.is_superseded then coalesce(contracts.arr_amount * rates.rate, 0)
            else coalesce(renewals.kept_arr_amount, 0)
        end as after_amount
    from steps
    inner join {{ ref('dim_contracts') }} as contracts
        on
            contracts.term_start < steps.ends_at
            and (contracts.terminated_at is null or contracts.terminated_at >= steps.ends_at)
            and contracts.term_end > {{ utc_start_of('steps.after_on') }}
            and contracts.term_end <= {{ utc_start_of('steps.until_on') }}
    inner join {{ ref('dim_customers') }} as customers
        on contracts.customer_id = customers.customer_id and not customers.is_internal
    left join {{ ref('dim_exchange_rates') }} as rates
        on contracts.currency = rates.currency and steps.month_start = rates.month_start
    left join {{ ref('fct_contract_renewals') }} as renewals
        on
            contracts.source_system = renewals.source_system
            and contracts.contract_id = renewals.contract_id
    where contracts.term_months > 1

),

units as (

    select * from paying
    union all
    select * from ending

)

select
    units.measure,
    units.month_start,
    units.quarters_ahead,
    steps.until_month_start,
    steps.final_on,
    case
        when steps.as_of >= steps.final_on
            then
                cast(sum(units.after_amount) as double precision)
                / cast(nullif(sum(units.before_amount), 0) as double precision)
    end as final_rate,
    count(*) as units,
    cast(sum(units.before_amount) as double precision) as before_amount,
    cast(sum(units.after_amount) as double precision) as after_amount,
    sum(cast(units.before_amount as double precision) * units.before_amount) as before_squares,
    sum(cast(units.after_amount as double precision) * units.after_amount) as after_squares,
    sum(cast(units.before_amount as double precision) * units.after_amount) as products
from units
inner join steps
    on units.month_start = steps.month_start and units.quarters_ahead = steps.quarters_ahead
group by
    units.measure,
    units.month_start,
    units.quarters_ahead,
    steps.until_month_start,
    steps.final_on,
    steps.as_of
