with payers as (
    select
        customer_months.customer_id,
        customer_months.month_start,
        customer_months.mrr_amount,
        users.active_users
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('fct_customer_usage_months') }} as users
        on
            customer_months.customer_id = users.customer_id
            and customer_months.month_start = users.month_start
    where customer_months.is_active and users.active_users is not null
),

used as (select * from {{ ref('fct_feature_months') }}),

offered as (
    select distinct
        month_start,
        feature_id,
        is_core,
        is_gated
    from used
)

select
    payers.customer_id,
    payers.month_start,
    offered.feature_id,
    offered.is_core,
    offered.is_gated,
    payers.mrr_amount,
    payers.active_users,
    coalesce(used.active_users, 0) as feature_users,
    cast(
        coalesce(payers.mrr_amount * used.active_users / nullif(payers.active_users, 0), 0)
        as decimal(38, 12)
    ) as feature_mrr_amount
from payers
inner join offered on payers.month_start = offered.month_start
left join used
    on
        payers.customer_id = used.customer_id
        and payers.month_start = used.month_start
        and offered.feature_id = used.feature_id
