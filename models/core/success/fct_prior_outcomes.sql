with outcomes as (

    select
        *,
        {{ reporting_date('verified_at') }} as verified_on
    from {{ ref('fct_outcomes') }}
    where is_reached and not is_cancelled

),

months as (

    select * from {{ ref('dim_months') }}

)

select distinct
    outcomes.customer_id,
    months.month_start,
    coalesce(outcomes.outcome_type, '(unknown)') as outcome_type
from outcomes
inner join months
    on
        outcomes.verified_on >= {{ add_days('months.month_start', -90) }}
        and outcomes.verified_on < months.month_start
