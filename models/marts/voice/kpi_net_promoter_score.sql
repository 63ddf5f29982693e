with answers as (
    select
        *,
        {{ reporting_date('responded_at') }} as responded_on,
        coalesce(contact_id, source_system || ' ' || response_id) as respondent
    from {{ ref('fct_survey_responses') }}
    where survey_type = 'nps' and exclusion_reason is null
),

-- Each contact's answers of the 180 days before a month's end; whoever left since then stays in.
recent as (
    select
        answers.*,
        months.month_start,
        answers.responded_on >= {{ add_days('months.next_month_start', -90) }} as is_of_90_days,
        row_number() over (
            partition by months.month_start, answers.respondent
            order by answers.responded_at desc, answers.response_id desc
        ) as recency
    from answers
    inner join {{ ref('fct_customer_months') }} as customer_months
        on
            answers.customer_id = customer_months.customer_id
            and {{ month_of('answers.responded_on') }} = customer_months.month_start
    inner join {{ ref('dim_months') }} as months
        on
            answers.responded_on >= {{ add_days('months.next_month_start', -180) }}
            and answers.responded_on < months.next_month_start
),

-- An account is what the mean of its contacts is; its first row stands for it.
latest as (
    select
        *,
        sum(score) over (partition by month_start, customer_id) as account_score,
        count(*) over (partition by month_start, customer_id) as account_answers,
        row_number() over (
            partition by month_start, customer_id order by respondent
        ) as place_in_account
    from recent
    where recency = 1
),

measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        case
            when not is_of_90_days then null
            when score >= 9 then 100
            when score <= 6 then -100
            else 0
        end as numerator,
        case when is_of_90_days then 1 else 0 end as denominator,
        case when is_of_90_days then 1 else 0 end as units,
        0 as n_pending,
        case when is_of_90_days and score >= 9 then 1 else 0 end as promoter,
        case when is_of_90_days and score <= 6 then 1 else 0 end as detractor,
        score,
        case
            when place_in_account > 1 then null
            when account_score >= 9 * account_answers then 100
            when account_score <= 6 * account_answers then -100
            else 0
        end as account_class
    from latest
),

{% set n = 'nullif(sum(denominator), 0)' -%}
{% set variance = '(sum(promoter) + sum(detractor)) / ' ~ n
    ~ ' - power((sum(promoter) - sum(detractor)) / ' ~ n ~ ', 2)' -%}
{{ kpi_rows(
    'net_promoter_score',
    extras={
        'promoters': 'cast(sum(promoter) as bigint)',
        'detractors': 'cast(sum(detractor) as bigint)',
        'standard_error': 'cast(100 * sqrt((' ~ variance ~ ') / ' ~ n ~ ') as decimal(28, 6))',
        'margin_of_error': 'cast(196 * sqrt((' ~ variance ~ ') / ' ~ n ~ ') as decimal(28, 6))',
        'mean_score': 'cast(avg(score) as double precision)',
        'mean_score_answers': 'cast(count(score) as bigint)',
        'account_weighted_value': 'cast(avg(account_class) as double precision)',
    }
) }}

select * from kpi_rows
