{% set survey = 'over (partition by period_start, segment_type, segment, survey_type)' -%}
{% set mean = 'cast(sum({0}) ' ~ survey ~ ' as double precision) / sum(units) ' ~ survey -%}
-- Answers in one of the six months of another; whoever left since then stays in.
with answered as (
    select
        months.month_start as period_start,
        segments.segment_type,
        segments.segment,
        answers.survey_type,
        {{ dbt.datediff('months.month_start', 'answered.month_start', 'month') }}
            as month_number,
        count(*) as units,
        sum(cast(100 * answers.normalised_score as decimal(12, 9))) as points,
        sum(cast(power(100 * answers.normalised_score, 2) as decimal(18, 9))) as squares
    from {{ ref('fct_survey_responses') }} as answers
    inner join {{ ref('fct_customer_months') }} as answered
        on
            answers.customer_id = answered.customer_id
            and {{ month_of(reporting_date('answers.responded_at')) }} = answered.month_start
    inner join {{ ref('dim_months') }} as months
        on
            answered.month_start <= months.month_start
            and answered.month_start >= {{ add_months('months.month_start', -5) }}
    inner join {{ ref('brg_customer_segments') }} as segments
        on
            answers.customer_id = segments.customer_id
            and months.month_start = segments.month_start
    where answers.exclusion_reason is null
    group by
        months.month_start, segments.segment_type, segments.segment, answers.survey_type,
        answered.month_start
),

means as (
    select
        *,
        {{ mean.format('units * month_number') }} as mean_month,
        {{ mean.format('points') }} as mean_points
    from answered
),

-- Decimals add up to the same in any order.
measured as (
    select
        *,
        'all' as breakdown,
        0 as n_pending,
        cast(points * (month_number - mean_month) as decimal(38, 14)) as xy,
        cast(units * month_number * (month_number - mean_month) as decimal(38, 14)) as xx,
        cast(squares - points * mean_points as decimal(38, 14)) as yy
    from means
),

{{ kpi_rows('customer_feedback_trend', has_segments=true, **common_slope()) }}

select * from kpi_rows
