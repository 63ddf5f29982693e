-- key: month, segment_type, segment, breakdown
-- relative: 0.0000001
-- within: numerator 0.005, denominator 0.005, fee_amount 0.005, value 0.000001
-- As kpi.sql, but fees are sums of many parts of six decimals: of a cost of a few dollars that credits leave, a quotient has seven digits.
select {columns}
from (
    select
        mart.* replace (coalesce(customers.anchor_id, mart.segment) as segment),
        mart.period_start as month
    from marts.kpi_product_roi as mart
    left join core.dim_customers as customers
        on mart.segment_type = 'customer' and mart.segment = customers.customer_id
)
