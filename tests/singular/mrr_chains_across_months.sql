-- For the company a month opens with what the month before closed with, and closes with what its
-- items are worth. Rows are the months that do not.
with months as (

    select
        dim_months.month_start,
        dim_months.previous_month_start,
        coalesce(sum(customer_months.opening_mrr_amount), 0) as opening_mrr_amount,
        coalesce(sum(customer_months.mrr_amount), 0) as mrr_amount
    from {{ ref('dim_months') }} as dim_months
    left join
        {{ ref('fct_customer_months') }} as customer_months
        on dim_months.month_start = customer_months.month_start
    group by dim_months.month_start, dim_months.previous_month_start

),

items as (

    select
        item_months.month_start,
        sum(item_months.mrr_amount) as mrr_amount
    from {{ ref('fct_item_months') }} as item_months
    inner join
        {{ ref('dim_customers') }} as customers
        on item_months.customer_id = customers.customer_id
    where not customers.is_internal
    group by item_months.month_start

)

select
    months.month_start,
    months.opening_mrr_amount,
    months.mrr_amount,
    before.mrr_amount as closing_of_month_before,
    items.mrr_amount as mrr_of_items
from months
left join months as before on months.previous_month_start = before.month_start
left join items on months.month_start = items.month_start
where
    months.opening_mrr_amount <> coalesce(before.mrr_amount, 0)
    or months.mrr_amount <> coalesce(items.mrr_amount, 0)
