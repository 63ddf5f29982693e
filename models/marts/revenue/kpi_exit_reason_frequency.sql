with churns as (select * from {{ ref('fct_churns') }}),

months as (select * from {{ ref('dim_months') }}),

-- A churn also stands in the two months after its own, for segments with too few churns in a month.
shown as (
    select
        churns.customer_id,
        churns.month_start as segment_month,
        months.month_start as period_start,
        churns.reason_code,
        churns.churn_mrr_amount,
        churns.month_start = months.month_start as is_own_month,
        churns.is_reason_final
    from churns
    inner join months
        on
            months.month_start >= churns.month_start
            and months.month_start <= {{ add_months('churns.month_start', 2) }}
),

counted as (
    select
        shown.*,
        'all' as breakdown,
        case when shown.reason_code = 'not_captured' then 0 else 1 end as has_reason
    from shown
    union all
    select
        shown.*,
        reasons.reason_code as breakdown,
        case when shown.reason_code = reasons.reason_code then 1 else 0 end as has_reason
    from shown
    cross join (select distinct reason_code from churns) as reasons
),

measured as (
    select
        customer_id,
        period_start,
        segment_month,
        breakdown,
        case when is_reason_final then has_reason end as numerator,
        case when is_reason_final then 1 end as denominator,
        case when is_reason_final and is_own_month then has_reason end as own_numerator,
        case when is_reason_final and is_own_month then 1 end as own_denominator,
        case
            when is_reason_final and is_own_month then churn_mrr_amount * has_reason
        end as mrr_numerator,
        case when is_reason_final and is_own_month then churn_mrr_amount end as mrr_denominator,
        case when is_own_month and not is_reason_final then 1 else 0 end as n_pending
    from counted
),

{% set few = 'coalesce(sum(own_denominator), 0) < 10' -%}
{{ kpi_rows(
    'exit_reason_frequency',
    numerator='case when ' ~ few ~ ' then sum(numerator) else sum(own_numerator) end',
    denominator='case when ' ~ few ~ ' then sum(denominator) else sum(own_denominator) end',
    sample_size='case when ' ~ few ~ ' then sum(denominator) else sum(own_denominator) end',
    value='case when ' ~ few ~ ' then sum(numerator) / nullif(sum(denominator), 0)'
        ~ ' else sum(own_numerator) / nullif(sum(own_denominator), 0) end',
    extras={
        'captured_customers': 'cast(sum(own_numerator) as bigint)',
        'churned_customers': 'cast(sum(own_denominator) as bigint)',
        'mrr_weighted_value':
            'cast(sum(mrr_numerator) / nullif(sum(mrr_denominator), 0) as double precision)',
        'is_trailing_3m': few,
    }
) }},

top_reasons as (
    select
        *,
        row_number() over (
            partition by period_start, segment_type, segment order by value desc, breakdown asc
        ) as place
    from kpi_rows
    where breakdown not in ('all', 'not_captured') and value > 0
)

-- The headline is the share of the most frequent reason that was captured.
select
    kpi_rows.kpi_id,
    kpi_rows.period_grain,
    kpi_rows.period_start,
    kpi_rows.segment_type,
    kpi_rows.segment,
    kpi_rows.breakdown,
    case
        when kpi_rows.breakdown = 'all' then top_reasons.numerator else kpi_rows.numerator
    end as numerator,
    kpi_rows.denominator,
    case when kpi_rows.breakdown = 'all' then top_reasons.value else kpi_rows.value end as value,
    kpi_rows.sample_size,
    kpi_rows.n_pending,
    kpi_rows.is_final,
    kpi_rows.captured_customers,
    kpi_rows.churned_customers,
    kpi_rows.mrr_weighted_value,
    kpi_rows.is_trailing_3m,
    case when kpi_rows.breakdown = 'all' then top_reasons.breakdown end as top_reason
from kpi_rows
left join top_reasons
    on
        kpi_rows.period_start = top_reasons.period_start
        and kpi_rows.segment_type = top_reasons.segment_type
        and kpi_rows.segment = top_reasons.segment
        and top_reasons.place = 1
