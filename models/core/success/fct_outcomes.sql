with span as (

    select
        min(month_start) as first_month,
        max(month_start) as last_month,
        max(as_of) as as_of
    from {{ ref('dim_months') }}

),

-- Amounts take the rate of the target date's month, beyond the known months that of the nearest.
outcomes as (

    select
        outcomes.*,
        ids.customer_id,
        coalesce(outcomes.currency, '{{ var("reporting_currency") }}') as amount_currency,
        case
            when {{ month_of('outcomes.target_date') }} < span.first_month then span.first_month
            when {{ month_of('outcomes.target_date') }} > span.last_month then span.last_month
            else {{ month_of('outcomes.target_date') }}
        end as rate_month,
        {{ add_days('outcomes.target_date', 30) }} as verifiable_until,
        {{ reporting_date('outcomes.verified_at') }} as verified_on,
        coalesce(outcomes.status = 'cancelled', false) as is_cancelled,
        case when coalesce(outcomes.is_lower_better, false) then -1 else 1 end
        * (outcomes.actual_value - outcomes.target_value) as excess,
        span.as_of
    from {{ ref('union_outcomes') }} as outcomes
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            outcomes.source_system = ids.source_system
            and coalesce(outcomes.source_customer_id, '(none)') = ids.source_customer_id
    cross join span

),

rates as (

    select * from {{ ref('dim_exchange_rates') }}

)

select
    outcomes.source_system,
    outcomes.outcome_id,
    outcomes.customer_id,
    outcomes.outcome_type,
    outcomes.target_value,
    outcomes.actual_value,
    outcomes.target_date,
    outcomes.verified_at,
    outcomes.is_cancelled,
    coalesce(outcomes.excess >= 0, false) as is_reached,
    coalesce(outcomes.excess > 0, false) as is_exceeded,
    coalesce(outcomes.excess >= 0 and outcomes.verified_on <= outcomes.verifiable_until, false)
        as is_achieved,
    -- R10: the thirtieth day is over.
    coalesce(outcomes.verifiable_until < outcomes.as_of, false) as is_due,
    outcomes.amount_currency as currency,
    cast(outcomes.annual_benefit_amount * rates.rate as decimal(28, 6)) as annual_benefit_amount,
    cast(outcomes.internal_cost_amount * rates.rate as decimal(28, 6)) as internal_cost_amount,
    rates.rate is not null or outcomes.as_of is null as has_rate
from outcomes
left join rates
    on outcomes.amount_currency = rates.currency and outcomes.rate_month = rates.month_start
