{%- set of_component = 'partition by customer_id, month_start, component' -%}
-- Every measure of the customer's set, known or not.
with compared as (
    select
        spine.customer_id,
        spine.month_start,
        measures.*,
        comparisons.value,
        comparisons.baseline,
        comparisons.is_baseline_provisional,
        case
            when measures.is_against_baseline then comparisons.baseline_index
            else comparisons.value
        end as compared_value
    from {{ ref('fct_customer_months') }} as spine
    inner join {{ ref('health_measures') }} as measures
        on
            measures.measure_set = case
                when spine.first_paid_on > {{ add_days(add_months('spine.month_start', 1), -90) }}
                    then 'onboarding'
                else 'regular'
            end
    left join {{ ref('health_comparisons') }} as comparisons
        on
            spine.customer_id = comparisons.customer_id
            and spine.month_start = comparisons.month_start
            and measures.measure = comparisons.measure
    where spine.is_active
),

scored as (
    select
        *,
        cast(
            case when compared_value is not null then 100 end
            * least(greatest((compared_value - bad_at) / (good_at - bad_at), 0), 1)
            as decimal(28, 6)
        ) as score
    from compared
),

-- What is not known leaves its weight to the rest of its component, a component to the others.
weighed as (
    select
        *,
        cast(
            case when score is not null then weight end * sum(weight) over ({{ of_component }})
            / sum(case when score is not null then weight end) over ({{ of_component }})
            as decimal(28, 10)
        ) as counted_weight
    from scored
)

select
    *,
    cast(
        counted_weight * score
        / sum(counted_weight) over (partition by customer_id, month_start) as decimal(28, 6)
    ) as contribution
from weighed
