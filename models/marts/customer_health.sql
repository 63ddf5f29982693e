with days as (
    select
        max(day_date) as today,
        {{ add_days('max(day_date)', -7) }} as week_before
    from {{ ref('dim_recent_days') }}
),

scores as (
    select * from {{ ref('health_scores') }}
    where period_grain = 'day'
),

moves as (
    select
        customer_id,
        {{ dbt.listagg('words', "'; '", 'order by place') }} as moved_in_words
    from {{ ref('health_moves') }}
    where place <= 3
    group by customer_id
)

select
    scores.customer_id,
    scores.period_start as scored_on,
    scores.measure_set,
    scores.score,
    scores.band,
    scores.coverage,
    scores.worst_component,
    before.score as score_7_days_before,
    cast(scores.score - before.score as decimal(28, 6)) as change_in_7_days,
    scores.previous_score as score_30_days_before,
    cast(scores.score - scores.previous_score as decimal(28, 6)) as change_in_30_days,
    scores.previous_band as band_30_days_before,
    scores.is_sharp_drop,
    scores.is_band_fall,
    moves.moved_in_words,
    overrides.score as override_score,
    overrides.set_by as override_set_by,
    overrides.reason as override_reason,
    overrides.valid_from as override_from,
    overrides.valid_to as override_until
from days
inner join scores on days.today = scores.period_start
left join scores as before
    on scores.customer_id = before.customer_id and days.week_before = before.period_start
left join moves on scores.customer_id = moves.customer_id
left join {{ ref('fct_health_override_periods') }} as overrides
    on
        scores.customer_id = overrides.customer_id
        and scores.period_grain = overrides.period_grain
        and scores.period_start = overrides.period_start
