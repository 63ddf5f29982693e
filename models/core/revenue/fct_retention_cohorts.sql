with customer_months as (

    select * from {{ ref('fct_customer_months') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

lags as (

    select
        month_start,
        month_start_a_year_before as cohort_month_start,
        12 as months_back
    from months
    union all
    select
        month_start,
        previous_month_start as cohort_month_start,
        1 as months_back
    from months

),

cohorts as (

    select
        customer_months.customer_id,
        lags.month_start,
        lags.cohort_month_start,
        lags.months_back,
        customer_months.mrr_amount as cohort_mrr_amount
    from customer_months
    inner join lags on customer_months.month_start = lags.cohort_month_start
    where customer_months.is_active

),

-- Who left counts with nothing; who left and came back counts with what it pays now.
followed as (

    select
        cohorts.customer_id,
        cohorts.month_start,
        cohorts.cohort_month_start,
        cohorts.months_back,
        cohorts.cohort_mrr_amount,
        coalesce(
            max(case when later.month_start = cohorts.month_start then later.mrr_amount end), 0
        ) as mrr_amount,
        count(case when later.is_active then 1 end) as active_months
    from cohorts
    left join customer_months as later
        on
            cohorts.customer_id = later.customer_id
            and later.month_start > cohorts.cohort_month_start
            and later.month_start <= cohorts.month_start
    group by
        cohorts.customer_id,
        cohorts.month_start,
        cohorts.cohort_month_start,
        cohorts.months_back,
        cohorts.cohort_mrr_amount

)

select
    customer_id,
    month_start,
    cohort_month_start,
    months_back,
    cohort_mrr_amount,
    cast(mrr_amount as decimal(28, 6)) as mrr_amount,
    cast(
        case when mrr_amount < cohort_mrr_amount then mrr_amount else cohort_mrr_amount end
        as decimal(28, 6)
    ) as kept_mrr_amount,
    mrr_amount > 0 as is_retained,
    mrr_amount > 0 and active_months < months_back as was_interrupted
from followed
