-- A complaint that came up again is open again.
select
    customer_months.customer_id,
    customer_months.month_start,
    count(distinct complaint_records.complaint_id) as complaints
from {{ ref('fct_customer_months') }} as customer_months
inner join {{ ref('dim_months') }} as months on customer_months.month_start = months.month_start
inner join {{ ref('fct_complaint_records') }} as records
    on
        customer_months.customer_id = records.customer_id
        and records.received_at < months.ends_at
        and coalesce(records.resolved_at >= months.ends_at, true)
inner join {{ ref('brg_complaint_records') }} as complaint_records
    on records.record_id = complaint_records.record_id
group by customer_months.customer_id, customer_months.month_start
