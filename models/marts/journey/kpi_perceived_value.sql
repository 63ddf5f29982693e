with answers as (
    select
        *,
        {{ reporting_date('responded_at') }} as responded_on,
        (score - scale_min) * 4 >= (scale_max - scale_min) * 3 as is_valued
    from {{ ref('fct_survey_responses') }}
    where survey_type = 'value' and exclusion_reason is null
),

customer_months as (select * from {{ ref('fct_customer_months') }}),

months as (select * from {{ ref('dim_months') }}),

-- One row per answer and month whose trailing 90 days hold it; whoever left since then stays in.
measured as (
    select
        answers.customer_id,
        months.month_start as period_start,
        months.month_start as segment_month,
        'all' as breakdown,
        case when answers.is_valued then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        case when answers.score = answers.scale_max then 1 else 0 end as exceeded_expectations
    from answers
    inner join customer_months
        on
            answers.customer_id = customer_months.customer_id
            and {{ month_of('answers.responded_on') }} = customer_months.month_start
    inner join months
        on
            answers.responded_on >= {{ add_days('months.next_month_start', -90) }}
            and answers.responded_on < months.next_month_start
),

{{ kpi_rows('perceived_value', counts=['exceeded_expectations']) }}

select * from kpi_rows
