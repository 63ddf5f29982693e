-- key: customer_id, month, segment_type
-- Customers are called as everywhere in the truth.
select
    customers.anchor_id as customer_id,
    segments.month_start as month,
    segments.segment_type,
    case when segments.segment_type = 'customer' then customers.anchor_id else segments.segment end as segment,
    segments.is_spine
from core.brg_customer_segments as segments
inner join core.dim_customers as customers on segments.customer_id = customers.customer_id
