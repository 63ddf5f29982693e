{%- set series = 'period_start, segment_type, segment, kpi_id' -%}
{%- set rising = 'partition by ' ~ series ~ ' order by signed_value rows unbounded preceding' -%}
with ordered as (

    select
        *,
        sum(lost) over ({{ rising }}) as lost_up_to,
        sum(customers) over ({{ rising }}) as customers_up_to,
        sum(customers) over (partition by {{ series }}) as all_customers,
        -- From 0 to 1, of which the correlation is the same and sums stay exact.
        cast(
            (signed_value - min(signed_value) over (partition by {{ series }}))
            / nullif(
                max(signed_value) over (partition by {{ series }})
                - min(signed_value) over (partition by {{ series }}), 0
            ) as decimal(18, 12)
        ) as place
    from {{ ref('health_metric_counts') }}

),

-- Of a renewed and a lost one the higher value wins, equal ones share. The best quarter are those
-- from the value on by which three quarters are reached.
summed as (

    select
        {{ series }},
        sum(customers) as customers,
        sum(renewed) as renewed,
        sum(lost) as lost,
        sum(pending) as pending,
        sum(renewed * (2 * lost_up_to - lost)) * 0.5 as pairs_won,
        sum(renewed) * sum(lost) as pairs,
        sum(case when 4 * customers_up_to >= 3 * all_customers then customers end)
            as best_customers,
        sum(case when 4 * customers_up_to >= 3 * all_customers then renewed end) as best_renewed,
        sum(customers * place) as x,
        sum(customers * place * place) as xx,
        sum(renewed * place) as xy
    from ordered
    group by {{ series }}

),

-- Fewer than fifty, or than ten of either kind, prove nothing.
enough as (

    select
        *,
        case when customers >= 50 and renewed >= 10 and lost >= 10 then pairs end as enough_pairs
    from summed

),

measured as (

    select
        *,
        cast(pairs_won as double precision) / enough_pairs as auc,
        1.96 * sqrt((customers + 1) / (12.0 * enough_pairs)) as margin,
        cast(
            cast(customers * xy - x * renewed as double precision)
            / nullif(sqrt(customers * xx - x * x) * sqrt(pairs), 0) as decimal(28, 6)
        ) as correlation,
        cast(best_renewed * customers as double precision) / (best_customers * renewed) as lift
    from enough

)

select
    {{ series }},
    cast(customers as bigint) as customers,
    cast(renewed as bigint) as renewed,
    cast(lost as bigint) as lost,
    cast(pending as bigint) as pending,
    cast(pairs_won as decimal(28, 6)) as pairs_won,
    cast(enough_pairs as decimal(28, 6)) as pairs,
    auc,
    case when auc is not null then greatest(auc - margin, 0) end as auc_lo,
    case when auc is not null then least(auc + margin, 1) end as auc_hi,
    case when auc is not null then correlation end as correlation,
    case when auc is not null then lift end as lift
from measured
