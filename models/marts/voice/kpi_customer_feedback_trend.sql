{% set types = ['nps', 'csat', 'ces', 'value'] -%}
with answers as (
    select
        *,
        {{ month_of(reporting_date('responded_at')) }} as answered_month,
        cast(normalised_score * 100 as decimal(12, 9)) as points
    from {{ ref('fct_survey_responses') }}
    where exclusion_reason is null
),

-- One row per answer and month whose six months hold it; whoever left since then stays in.
measured as (
    select
        answers.customer_id,
        months.month_start as period_start,
        months.month_start as segment_month,
        'all' as breakdown,
        1 as units,
        0 as n_pending,
        answers.survey_type,
        answers.points,
        {{ dbt.datediff('months.month_start', 'answers.answered_month', 'month') }}
            as month_number
    from answers
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            answers.customer_id = customer_months.customer_id
            and answers.answered_month = customer_months.month_start
    inner join {{ ref('dim_months') }} as months
        on
            answers.answered_month <= months.month_start
            and answers.answered_month >= {{ add_months('months.month_start', -5) }}
),

{# What is left of rounding is nothing. -#}
{% set rounded = 'case when {0} < 0.000001 and {0} > -0.000001 then 0 else {0} end' -%}
{% set both = rounded.format(centred_sum('month_number', 'points', 'survey_type', types)) -%}
{% set of_months = centred_sum('month_number', 'month_number', 'survey_type', types) -%}
{% set of_points = centred_sum('points', 'points', 'survey_type', types) -%}
{% set by_months = ' / nullif(' ~ of_months ~ ', 0)' -%}
{% set is_known = 'count(distinct month_number) >= 3 and ' ~ of_months ~ ' > 0' -%}
{% set known = 'case when ' ~ is_known ~ ' then {} end' -%}
{% set slope = known.format('(' ~ both ~ ')' ~ by_months) -%}
{# What the line leaves unexplained, by the number of answers that are free to differ from it. -#}
{% set rest = rounded.format('(' ~ of_points ~ ' - power(' ~ both ~ ', 2)' ~ by_months ~ ')') -%}
{% set freedom = 'nullif(greatest(count(*) - count(distinct survey_type) - 1, 0), 0)' -%}
{% set error = known.format('sqrt(greatest(' ~ rest ~ ', 0) / ' ~ freedom ~ by_months ~ ')') -%}
{{ kpi_rows(
    'customer_feedback_trend',
    numerator=known.format(both), denominator=known.format(of_months), value=slope,
    extras={
        'standard_error': 'cast(' ~ error ~ ' as decimal(28, 6))',
        'is_falling': 'coalesce(' ~ slope ~ ' + 1.64 * ' ~ error ~ ' < 0, false)',
        'answered_months': 'count(distinct month_number)',
        'survey_types': 'count(distinct survey_type)',
    }
) }}

select * from kpi_rows
