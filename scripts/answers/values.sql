-- key: kpi_id, month, segment_type, segment, breakdown
-- relative: 0.000000001
-- What is published of the KPIs that the truth has, companions too; product_roi is compared by its mart alone.
select
    published.kpi_id,
    published.period_start as month,
    published.segment_type,
    coalesce(customers.anchor_id, published.segment) as segment,
    published.breakdown,
    published.numerator,
    published.denominator,
    published.value,
    published.sample_size,
    published.n_pending,
    published.is_final
from marts.kpi_values as published
left join core.dim_customers as customers
    on published.segment_type = 'customer' and published.segment = customers.customer_id
where published.kpi_id in (select kpi_id from {truth})
