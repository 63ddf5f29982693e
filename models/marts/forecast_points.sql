with features as (
    select
        *,
        case
            {% for days in (30, 60, 90, 180) -%}
            when ends_in_{{ days }}_days = 1 then {{ days }}
            {% endfor -%}
        end as term_ends_within_days
    from {{ ref('forecast_features') }}
    where month_start = (select max(ours.month_start) from {{ ref('forecast_features') }} as ours)
),

valued as (
    {% for feature, (low, high) in forecast_words().items() -%}
    select
        customer_id,
        month_start,
        term_ends_within_days,
        '{{ feature }}' as feature,
        '{{ low }}' as low_words,
        '{{ high }}' as high_words,
        cast({{ feature }} as double precision) as value
    from features
    union all
    {% endfor -%}
    select
        customer_id,
        month_start,
        term_ends_within_days,
        'intercept' as feature,
        null as low_words,
        null as high_words,
        1 as value
    from features
)

-- What is not known counts as the usual, and nothing as more than three times its spread.
select
    own.customer_id,
    own.month_start,
    weights.target,
    weights.horizon_days,
    own.feature,
    own.value,
    case
        when own.value is null then 0
        else weights.weight * least(greatest((own.value - weights.center) / weights.scale, -3), 3)
    end as points,
    case
        when own.value < weights.center then own.low_words
        when own.value >= weights.center then own.high_words
    end as words,
    weights.trained_on,
    weights.trained_as_of
from valued as own
inner join {{ ref('forecast_weights') }} as weights
    on
        own.feature = weights.feature
        and (weights.target <> 'renewal' or own.term_ends_within_days <= weights.horizon_days)
