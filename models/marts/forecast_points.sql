with features as (
    select
        *,
        case
            {% for days in (30, 60, 90, 180) -%}
            when ends_in_{{ days }}_days = 1 then {{ days }}
            {% endfor -%}
        end as term_ends_within_days
    from {{ ref('forecast_features') }}
    where
        month_start
        = (select max(latest.month_start) from {{ ref('forecast_features') }} as latest)
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
    select customer_id, month_start, term_ends_within_days, 'intercept', null, null, 1 from features
)

-- What is not known counts as the usual, and nothing as more than three times its spread.
select
    valued.customer_id,
    valued.month_start,
    weights.target,
    weights.horizon_days,
    valued.feature,
    valued.value,
    case
        when valued.value is null then 0
        else
            weights.weight
            * least(greatest((valued.value - weights.center) / weights.scale, -3), 3)
    end as points,
    case
        when valued.value < weights.center then valued.low_words
        when valued.value >= weights.center then valued.high_words
    end as words,
    weights.trained_on,
    weights.trained_as_of
from valued
inner join {{ ref('forecast_weights') }} as weights
    on
        valued.feature = weights.feature
        and (weights.target <> 'renewal' or valued.term_ends_within_days <= weights.horizon_days)
