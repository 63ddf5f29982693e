with answers as (
    select
        *,
        {{ month_of(reporting_date('responded_at')) }} as month_start,
        (score - scale_min) * 6 >= (scale_max - scale_min) * 4 as is_easy
    from {{ ref('fct_survey_responses') }}
    where survey_type = 'ces' and exclusion_reason is null
),

customer_months as (select * from {{ ref('fct_customer_months') }}),

measured as (
    select
        answers.customer_id,
        answers.month_start as period_start,
        answers.month_start as segment_month,
        'all' as breakdown,
        case when answers.is_easy then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        answers.normalised_score as score
    from answers
    inner join customer_months
        on
            answers.customer_id = customer_months.customer_id
            and answers.month_start = customer_months.month_start
),

{{ kpi_rows(
    'customer_effort_score',
    extras={
        'mean_score':
            'cast(sum(cast(score as decimal(38, 18))) as double precision) / count(score)',
    }
) }}

select * from kpi_rows
