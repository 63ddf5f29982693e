with months as (

    select * from {{ ref('dim_months') }}

),

-- What runs at the month's end E by itself. A service that counts as MRR at E only because its
-- renewal came late (R5) was over by what E knew.
served as (

    select
        periods.customer_id,
        months.month_start,
        months.ends_at,
        cast(
            sum(
                case
                    when periods.cancel_requested_at < months.ends_at
                        then periods.list_amount / periods.months_in_period
                    else 0
                end
            ) / sum(periods.list_amount / periods.months_in_period) as double precision
        ) as end_asked_share,
        max(case when periods.status = 'past_due' then 1 else 0 end) = 1 as is_past_due
    from {{ ref('fct_subscription_periods') }} as periods
    inner join months
        on
            periods.starts_at < months.ends_at
            and (periods.ends_at is null or periods.ends_at >= months.ends_at)
    where not periods.is_usage
    group by periods.customer_id, months.month_start, months.ends_at

),

-- The terms that bind the customer at E, by what they are worth.
terms as (

    select
        contracts.source_system,
        contracts.contract_id,
        contracts.customer_id,
        months.month_start,
        contracts.term_end,
        contracts.term_months,
        row_number() over (
            partition by contracts.customer_id, months.month_start
            order by
                coalesce(contracts.arr_amount * rates.rate, 0) desc,
                contracts.term_end asc,
                contracts.contract_id asc
        ) as place
    from {{ ref('dim_contracts') }} as contracts
    inner join months
        on
            contracts.term_start < months.ends_at
            and contracts.term_end > months.ends_at
            and (contracts.terminated_at is null or contracts.terminated_at >= months.ends_at)
    left join {{ ref('dim_exchange_rates') }} as rates
        on contracts.currency = rates.currency and months.month_start = rates.month_start
    where contracts.term_months > 1

)

select
    served.customer_id,
    served.month_start,
    served.end_asked_share,
    served.is_past_due,
    terms.source_system,
    terms.contract_id,
    terms.term_months,
    {{ dbt.datediff('served.ends_at', 'terms.term_end', 'day') }}
        as days_to_term_end
from served
left join terms
    on
        served.customer_id = terms.customer_id
        and served.month_start = terms.month_start
        and terms.place = 1
