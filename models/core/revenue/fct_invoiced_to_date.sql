-- Of whoever came back counts too what was invoiced for months in which it did not pay.
select
    customer_months.customer_id,
    customer_months.month_start,
    customer_months.mrr_amount,
    cast(coalesce(sum(invoiced.amount), 0) as decimal(38, 12)) as invoiced_amount
from {{ ref('fct_customer_months') }} as customer_months
left join {{ ref('fct_invoiced_amounts') }} as invoiced
    on
        customer_months.customer_id = invoiced.customer_id
        and customer_months.month_start >= invoiced.month_start
        and invoiced.kind in ('recurring', 'credit', 'goodwill')
where customer_months.is_active
group by customer_months.customer_id, customer_months.month_start, customer_months.mrr_amount
