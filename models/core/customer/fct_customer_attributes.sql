with months as (

    select * from {{ ref('dim_months') }}

),

-- What a customer pays for is known until it leaves; R4 carries the last of it.
spine as (

    select
        *,
        coalesce(
            max(case when is_active then month_start end) over (
                partition by customer_id
                order by month_start
                rows between unbounded preceding and current row
            ),
            month_start
        ) as paid_month_start
    from {{ ref('fct_customer_months') }}

),

versions as (

    select * from {{ ref('dim_customer_versions') }}

),

plans as (

    select
        customer_id,
        month_start,
        plan_id,
        row_number() over (
            partition by customer_id, month_start
            order by sum(mrr_amount) desc, plan_id asc
        ) as size_rank
    from {{ ref('fct_item_months') }}
    group by customer_id, month_start, plan_id

),

usage_months as (

    select * from {{ ref('fct_customer_usage_months') }}

)

select
    spine.customer_id,
    spine.month_start,
    versions.segment,
    versions.tier,
    versions.industry,
    versions.region,
    versions.touch_model,
    versions.csm_id,
    plans.plan_id,
    paid.mrr_amount,
    usage_months.active_users,
    {{ dbt.datediff(month_of('spine.first_paid_on'), 'spine.month_start', 'month') }}
        as tenure_months
from spine
inner join months on spine.month_start = months.month_start
inner join spine as paid
    on spine.customer_id = paid.customer_id and spine.paid_month_start = paid.month_start
left join versions
    on
        spine.customer_id = versions.customer_id
        and months.ends_at > versions.valid_from
        and (months.ends_at <= versions.valid_to or versions.valid_to is null)
left join plans
    on
        spine.customer_id = plans.customer_id
        and spine.paid_month_start = plans.month_start
        and plans.size_rank = 1
left join usage_months
    on
        spine.customer_id = usage_months.customer_id
        and spine.month_start = usage_months.month_start
