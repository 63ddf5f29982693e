{%- set of_score = 'partition by customer_id, period_grain, period_start' -%}
{%- set of_component = of_score ~ ', component' -%}
-- Every measure of the customer's set, known or not.
with compared as (
    select
        subjects.customer_id,
        subjects.period_grain,
        subjects.period_start,
        measures.*,
        comparisons.value,
        comparisons.baseline,
        comparisons.is_baseline_provisional,
        case
            when measures.is_against_baseline then comparisons.baseline_index
            else comparisons.value
        end as compared_value
    from {{ ref('health_subjects') }} as subjects
    inner join {{ ref('health_measures') }} as measures
        on subjects.measure_set = measures.measure_set
    left join {{ ref('health_comparisons') }} as comparisons
        on
            subjects.customer_id = comparisons.customer_id
            and subjects.period_grain = comparisons.period_grain
            and subjects.period_start = comparisons.period_start
            and measures.measure = comparisons.measure
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
        counted_weight * score / sum(counted_weight) over ({{ of_score }}) as decimal(28, 6)
    ) as contribution
from weighed
