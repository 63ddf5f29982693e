with customer_months as (select * from {{ ref('fct_customer_months') }}),

-- A customer is new once: who comes back counts in the cohort that it started with.
followed as (
    select
        starts.customer_id,
        starts.month_start as cohort_month_start,
        months.month_start,
        {{ dbt.datediff('starts.month_start', 'months.month_start', 'month') }}
            as age_months,
        starts.mrr_amount as cohort_mrr_amount,
        coalesce(later_months.mrr_amount, 0) as mrr_amount
    from customer_months as starts
    inner join {{ ref('dim_months') }} as months on starts.month_start <= months.month_start
    left join customer_months as later_months
        on
            starts.customer_id = later_months.customer_id
            and months.month_start = later_months.month_start
    where starts.movement = 'new'
),

-- The headline is the cohort that becomes twelve months old; every cohort stands under its age.
broken_down as (
    select
        *,
        'all' as breakdown
    from followed
    where age_months = 12
    union all
    select
        *,
        cast(age_months as {{ dbt.type_string() }}) as breakdown
    from followed
),

measured as (
    select
        customer_id,
        month_start as period_start,
        cohort_month_start as segment_month,
        breakdown,
        case when mrr_amount > 0 then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        age_months,
        cohort_mrr_amount,
        mrr_amount
    from broken_down
),

{{ kpi_rows(
    'cohort_retention',
    amounts=['cohort_mrr_amount', 'mrr_amount'],
    ratios={'mrr_value': ('mrr_amount', 'cohort_mrr_amount')},
    extras={'cohort_month_start': 'max(segment_month)', 'age_months': 'cast(max(age_months) as bigint)'}
) }}

select * from kpi_rows
