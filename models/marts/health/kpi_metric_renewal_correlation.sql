{%- set parts = {"'all'": "kpi_id = 'customer_health_score'", 'kpi_id': 'true'} -%}
-- The score is made of the others and gets no weight beside them.
with weighed as (
    select
        *,
        cast(
            case
                when kpi_id = 'customer_health_score' then null
                when auc > 0.5 then auc - 0.5
                when auc is not null then 0
            end as decimal(28, 12)
        ) as excess
    from {{ ref('health_metric_tests') }}
),

shared as (
    select
        *,
        cast(
            excess / nullif(sum(excess) over (partition by period_start, segment_type, segment), 0)
            as decimal(28, 6)
        ) as suggested_weight
    from weighed
),

-- Each metric is a row of its own; the health score's stands for the KPI too.
measured as (
    {% for breakdown, which in parts.items() -%}
    select
        shared.*,
        {{ breakdown }} as breakdown,
        pairs_won as numerator,
        pairs as denominator,
        customers as units,
        pending as n_pending
    from shared
    where {{ which }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{{ kpi_rows(
    'metric_renewal_correlation',
    has_segments=true,
    value='max(auc)',
    extras={
        'auc_lo': 'max(auc_lo)',
        'auc_hi': 'max(auc_hi)',
        'correlation': 'max(correlation)',
        'lift': 'max(lift)',
        'renewed_customers': 'max(renewed)',
        'lost_customers': 'max(lost)',
        'suggested_weight': "max(case when breakdown <> 'all' then suggested_weight end)",
        'is_proved': 'max(auc_lo) >= 0.55',
        'is_disproved': 'max(auc_hi) < 0.55',
        'is_backfilled': 'count(*) > 0',
    }
) }}

select * from kpi_rows
