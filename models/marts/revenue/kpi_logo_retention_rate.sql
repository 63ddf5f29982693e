with cohorts as (select * from {{ ref('fct_retention_cohorts') }}),

measured as (
    select
        customer_id,
        month_start as period_start,
        cohort_month_start as segment_month,
        'all' as breakdown,
        case when months_back = 12 and is_retained then 1 when months_back = 12 then 0 end
            as numerator,
        case when months_back = 12 then 1 end as denominator,
        case when months_back = 1 and is_retained then 1 when months_back = 1 then 0 end
            as monthly_numerator,
        case when months_back = 1 then 1 end as monthly_denominator,
        case when months_back = 12 and was_interrupted then 1 else 0 end as interrupted_customers,
        case when months_back = 12 then 1 else 0 end as units,
        0 as n_pending
    from cohorts
),

{{ kpi_rows(
    'logo_retention_rate',
    counts=['interrupted_customers'],
    ratios={'monthly_value': ('monthly_numerator', 'monthly_denominator')}
) }}

select * from kpi_rows
