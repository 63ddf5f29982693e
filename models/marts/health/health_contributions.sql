with measures as (

    select * from {{ ref('dim_health_measures') }}

),

customer_months as (

    select
        *,
        case
            when {{ dbt.datediff('first_paid_on', add_months('month_start', 1), 'day') }} < 90
                then 'onboarding'
            else 'regular'
        end as measure_set
    from {{ ref('fct_customer_months') }}
    where is_active

),

measurements as (

    select * from {{ ref('health_measurements') }}

),

baselines as (

    select * from {{ ref('health_baselines') }}

),

-- Every measure of the customer's set, known or not.
compared as (

    select
        customer_months.customer_id,
        customer_months.month_start,
        measures.*,
        measurements.value,
        baselines.baseline,
        baselines.is_provisional as is_baseline_provisional,
        case
            when measures.is_against_baseline then measurements.value / nullif(baselines.baseline, 0)
            else measurements.value
        end as compared_value
    from customer_months
    inner join measures on customer_months.measure_set = measures.measure_set
    left join measurements
        on
            customer_months.customer_id = measurements.customer_id
            and customer_months.month_start = measurements.month_start
            and measures.measure = measurements.measure
    left join baselines
        on
            measures.is_against_baseline
            and customer_months.customer_id = baselines.customer_id
            and customer_months.month_start = baselines.month_start
            and measures.measure = baselines.measure

),

scored as (

    select
        *,
        cast(
            case
                when compared_value is not null
                    then 100 * least(greatest((compared_value - bad_at) / (good_at - bad_at), 0), 1)
            end as decimal(28, 6)
        ) as score
    from compared

),

-- What is not known leaves its weight to the rest of its component, a component to the others.
weighed as (

    select
        *,
        case
            when score is not null
                then cast(
                    component_weight * weight / sum(case when score is not null then weight end)
                        over (partition by customer_id, month_start, component) as decimal(28, 10)
                )
        end as counted_weight
    from scored

)

select
    *,
    cast(
        counted_weight * score
        / sum(counted_weight) over (partition by customer_id, month_start) as decimal(28, 6)
    ) as contribution
from weighed
