with measured as (
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
        case when is_of_90_days and score >= 9 then 1 else 0 end as promoters,
        case when is_of_90_days and score <= 6 then 1 else 0 end as detractors,
        score,
        account_class
    from {{ ref('fct_nps_panels') }}
),

{% set n = 'nullif(sum(denominator), 0)' -%}
{% set variance = '(sum(promoters) + sum(detractors)) / ' ~ n
    ~ ' - power((sum(promoters) - sum(detractors)) / ' ~ n ~ ', 2)' -%}
{{ kpi_rows(
    'net_promoter_score',
    counts=['promoters', 'detractors'],
    extras={
        'standard_error': 'cast(100 * sqrt((' ~ variance ~ ') / ' ~ n ~ ') as decimal(28, 6))',
        'margin_of_error': 'cast(196 * sqrt((' ~ variance ~ ') / ' ~ n ~ ') as decimal(28, 6))',
        'mean_score': 'cast(avg(score) as double precision)',
        'mean_score_answers': 'cast(count(score) as bigint)',
        'account_weighted_value': 'cast(avg(account_class) as double precision)',
    }
) }}

select * from kpi_rows
