with responses as (
    select
        *,
        {{ reporting_date('responded_at') }} as responded_on,
        case when normalised_score >= 0.75 then 1 else 0 end as is_satisfied
    from {{ ref('fct_survey_responses') }}
    where survey_type = 'csat' and exclusion_reason is null
),

customer_months as (select * from {{ ref('fct_customer_months') }}),

months as (select * from {{ ref('dim_months') }}),

-- One row per answer and month whose trailing 90 days hold it; whoever left since then stays in.
recent as (
    select
        responses.*,
        months.month_start,
        responses.responded_on >= months.month_start as is_of_month
    from responses
    inner join customer_months
        on
            responses.customer_id = customer_months.customer_id
            and {{ month_of('responses.responded_on') }} = customer_months.month_start
    inner join months
        on
            responses.responded_on >= {{ add_days('months.next_month_start', -90) }}
            and responses.responded_on < months.next_month_start
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case when is_of_month then is_satisfied end as numerator,
        case when is_of_month then 1 else 0 end as denominator,
        case when is_of_month then 1 else 0 end as units,
        0 as n_pending,
        case when is_of_month then normalised_score end as score,
        is_satisfied as trailing_satisfied
    from recent
),

{{ kpi_rows(
    'customer_satisfaction_score',
    extras={
        'mean_score':
            'cast(sum(cast(score as decimal(38, 18))) as double precision) / count(score)',
        'trailing_90d_satisfied': 'cast(sum(trailing_satisfied) as bigint)',
        'trailing_90d_responses': 'cast(count(trailing_satisfied) as bigint)',
        'trailing_90d_value': 'cast(avg(trailing_satisfied) as double precision)',
    }
) }}

select * from kpi_rows
