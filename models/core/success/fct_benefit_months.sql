with months as (

    select
        *,
        {{ add_months('next_month_start', -12) }} as window_start
    from {{ ref('dim_months') }}

),

outcomes as (

    select
        *,
        {{ reporting_date('verified_at') }} as verified_on
    from {{ ref('fct_outcomes') }}
    where not is_cancelled

),

-- What the customer had not verified by a month's end counts by its target date, apart.
judged as (

    select
        outcomes.customer_id,
        outcomes.annual_benefit_amount,
        outcomes.internal_cost_amount,
        months.month_start,
        months.next_month_start,
        months.window_start,
        coalesce(outcomes.verified_on < months.next_month_start, false) as is_verified,
        case
            when outcomes.verified_on < months.next_month_start then outcomes.verified_on
            else outcomes.target_date
        end as counted_on
    from outcomes
    cross join months

)

select
    customer_id,
    month_start,
    cast(sum(case when is_verified then annual_benefit_amount end) as decimal(28, 6))
        as verified_benefit_amount,
    cast(sum(case when not is_verified then annual_benefit_amount end) as decimal(28, 6))
        as unverified_benefit_amount,
    cast(coalesce(sum(case when is_verified then internal_cost_amount end), 0) as decimal(28, 6))
        as internal_cost_amount
from judged
where counted_on >= window_start and counted_on < next_month_start
group by customer_id, month_start
