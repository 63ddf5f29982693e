with cohorts as (select * from {{ ref('fct_feedback_cohorts') }}),

customer_months as (select * from {{ ref('fct_customer_months') }}),

measured as (
    select
        cohorts.customer_id,
        {{ add_months('cohorts.month_start', 'ages.age') }} as period_start,
        cohorts.month_start as segment_month,
        'all' as breakdown,
        0 as n_pending,
        ages.age,
        cohorts.has_given,
        case when customer_months.is_active then 1 else 0 end as is_retained
    from cohorts
    cross join (values (3), (6), (12)) as ages (age)
    left join customer_months
        on
            cohorts.customer_id = customer_months.customer_id
            and {{ add_months('cohorts.month_start', 'ages.age') }} = customer_months.month_start
),

{% set retained = 'sum(case when age = {0} and {1} then is_retained end)' -%}
{% set all = 'count(case when age = {0} and {1} then 1 end)' -%}
{% set share = 'cast(' ~ retained ~ ' as double precision) / nullif(' ~ all ~ ', 0)' -%}
{% set uplift = share.format(6, 'has_given') ~ ' - ' ~ share.format(6, 'not has_given') -%}

{{ kpi_rows(
    'customer_feedback_retention_score',
    numerator=retained.format(6, 'has_given'),
    denominator=all.format(6, 'has_given'),
    value=share.format(6, 'has_given'),
    sample_size=all.format(6, 'has_given'),
    extras={
        'value_3m': share.format(3, 'has_given'),
        'value_12m': share.format(12, 'has_given'),
        'other_customers': all.format(6, 'not has_given'),
        'others_value': share.format(6, 'not has_given'),
        'uplift': uplift,
    }
) }}

select * from kpi_rows
