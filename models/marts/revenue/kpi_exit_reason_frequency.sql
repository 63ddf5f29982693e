with measured as (
    select
        customer_id,
        period_start,
        month_start as segment_month,
        breakdown,
        case when is_reason_final then has_reason end as numerator,
        case when is_reason_final then 1 end as denominator,
        case when is_reason_final then own_month * has_reason end as captured_customers,
        case when is_reason_final then own_month end as churned_customers,
        case when is_reason_final then own_month * has_reason * churn_mrr_amount end as reason_mrr,
        case when is_reason_final then own_month * churn_mrr_amount end as churned_mrr,
        case when is_reason_final then 0 else coalesce(own_month, 0) end as n_pending
    from {{ ref('fct_churn_reasons') }}
),

{% set few = 'coalesce(sum(churned_customers), 0) < 10' -%}
{% set chosen = 'case when ' ~ few ~ ' then sum({}) else sum({}) end' -%}
{% set whole = chosen.format('denominator', 'churned_customers') -%}
{{ kpi_rows(
    'exit_reason_frequency',
    numerator=chosen.format('numerator', 'captured_customers'),
    denominator=whole, sample_size=whole,
    value=chosen.format('numerator', 'captured_customers') ~ ' / nullif(' ~ whole ~ ', 0)',
    counts=['captured_customers', 'churned_customers'],
    ratios={'mrr_weighted_value': ('reason_mrr', 'churned_mrr')}, extras={'is_trailing_3m': few}
) }},

top_rows as (
    select
        *,
        row_number() over (
            partition by period_start, segment_type, segment order by value desc, breakdown asc
        ) as place
    from kpi_rows
    where breakdown not in ('all', 'not_captured') and value > 0
)

{% set kept = [
    'kpi_id', 'period_grain', 'period_start', 'segment_type', 'segment', 'breakdown', 'denominator',
    'sample_size', 'n_pending', 'is_final', 'captured_customers', 'churned_customers',
    'mrr_weighted_value', 'is_trailing_3m',
] -%}
-- The headline is the share of the most frequent reason that was captured.
select
    {% for column in kept -%}
    kpi_rows.{{ column }},
    {% endfor -%}
    {% for column in ('numerator', 'value') -%}
    case when kpi_rows.breakdown = 'all' then top_rows.{{ column }} else kpi_rows.{{ column }} end
        as {{ column }},
    {% endfor -%}
    case when kpi_rows.breakdown = 'all' then top_rows.breakdown end as top_reason
from kpi_rows
left join top_rows
    on
        kpi_rows.period_start = top_rows.period_start
        and kpi_rows.segment_type = top_rows.segment_type
        and kpi_rows.segment = top_rows.segment
        and top_rows.place = 1
