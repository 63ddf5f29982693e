-- Every customer that ever had MRR is in one cohort, so the cohorts of every age together have the
-- company's MRR. Rows are the months in which they do not.
with cohorts as (

    select
        period_start,
        sum(mrr_amount) as mrr_amount
    from {{ ref('kpi_cohort_retention') }}
    where segment_type = 'all' and breakdown <> 'all'
    group by period_start

),

movements as (

    select
        period_start,
        value as mrr_amount
    from {{ ref('kpi_mrr_movements') }}
    where segment_type = 'all' and breakdown = 'all'

)

select
    movements.period_start,
    movements.mrr_amount,
    cohorts.mrr_amount as mrr_of_cohorts
from movements
left join cohorts on movements.period_start = cohorts.period_start
where
    abs(coalesce(movements.mrr_amount, 0) - coalesce(cohorts.mrr_amount, 0)) > 0.005
