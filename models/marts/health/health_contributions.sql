{%- set of_component = 'partition by customer_id, month_start, component' -%}
with measures as (

    select * from {{ ref('health_measures') }}

),

comparisons as (

    select * from {{ ref('health_comparisons') }}

),

customer_months as (

    select
        *,
        case
            when first_paid_on > {{ add_days(add_months('month_start', 1), -90) }} then 'onboarding'
            else 'regular'
        end as measure_set
    from {{ ref('fct_customer_months') }}
    where is_active

),

-- Every measure of the customer's set, known or not.
compared as (

    select
        customer_months.customer_id,
        customer_months.month_start,
        measures.*,
        comparisons.value,
        comparisons.baseline,
        comparisons.is_baseline_provisional,
        case
            when measures.is_against_baseline then comparisons.baseline_index
            else comparisons.value
        end as compared_value
    from customer_months
    inner join measures on customer_months.measure_set = measures.measure_set
    left join comparisons
        on
            customer_months.customer_id = comparisons.customer_id
            and customer_months.month_start = comparisons.month_start
            and measures.measure = comparisons.measure

),

scored as (

    select
        *,
        case
            when compared_value is not null
                then cast(
                    100 * least(greatest((compared_value - bad_at) / (good_at - bad_at), 0), 1)
                    as decimal(28, 6)
                )
        end as score
    from compared

),

-- What is not known leaves its weight to the rest of its component, a component to the others.
weighed as (

    select
        *,
        case
            when score is not null
                then cast(
                    weight * sum(weight) over ({{ of_component }})
                    / sum(case when score is not null then weight end) over ({{ of_component }})
                    as decimal(28, 10)
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
