{%- set series = 'period_start, segment_type, segment, kpi_id' -%}
with ordered as (
    select
        *,
        sum(lost) over rising as lost_up_to,
        4 * sum(customers) over rising >= 3 * sum(customers) over of_series as is_best,
        -- From 0 to 1, of which the correlation is the same and sums stay exact.
        cast(
            (signed_value - min(signed_value) over of_series)
            / nullif(max(signed_value) over of_series - min(signed_value) over of_series, 0)
            as decimal(18, 12)
        ) as place
    from {{ ref('health_metric_counts') }}
    window
        of_series as (partition by {{ series }}),
        rising as (partition by {{ series }} order by signed_value rows unbounded preceding)
),

-- Of a renewed and a lost one the higher value wins, equal ones share. The best quarter: from the
-- value on by which three quarters are reached. Fewer than 50, or 10 of either kind, prove nothing.
summed as (
    select
        {{ series }},
        sum(customers) as customers,
        sum(renewed) as renewed,
        sum(lost) as lost,
        sum(pending) as pending,
        sum(renewed * (2 * lost_up_to - lost)) * 0.5 as pairs_won,
        case
            when sum(customers) >= 50 and sum(renewed) >= 10 and sum(lost) >= 10
                then sum(renewed) * sum(lost)
        end as pairs,
        sum(case when is_best then customers end) as best_customers,
        sum(case when is_best then renewed end) as best_renewed,
        sum(customers * place) as x,
        sum(customers * place * place) as xx,
        sum(renewed * place) as xy
    from ordered
    group by {{ series }}
)

{% set auc = 'cast(pairs_won as double precision) / pairs' -%}
{% set margin = '1.96 * sqrt((customers + 1) / (12.0 * pairs))' -%}
select
    {{ series }},
    {% for number in ('customers', 'renewed', 'lost', 'pending') -%}
    cast({{ number }} as bigint) as {{ number }},
    {% endfor -%}
    cast(pairs_won as decimal(28, 6)) as pairs_won,
    cast(pairs as decimal(28, 6)) as pairs,
    {{ auc }} as auc,
    case when pairs is not null then greatest({{ auc }} - {{ margin }}, 0) end as auc_lo,
    case when pairs is not null then least({{ auc }} + {{ margin }}, 1) end as auc_hi,
    cast(
        cast(customers * xy - x * renewed as double precision)
        / nullif(sqrt(customers * xx - x * x) * sqrt(pairs), 0) as decimal(28, 6)
    ) as correlation,
    case when pairs is not null then 1 end
    * cast(best_renewed * customers as double precision) / (best_customers * renewed) as lift
from summed
