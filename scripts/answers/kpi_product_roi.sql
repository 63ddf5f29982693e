-- key: month, segment_type, segment, breakdown
-- relative: 0.000000001
-- within: numerator 0.005, denominator 0.005, fee_amount 0.005, value 0.005 * (1 + abs(t.value)) / t.denominator
-- As kpi.sql, but fees are sums of many parts of six decimals, right to half a cent, and so is a value: as near as both its amounts let it be.
select {columns}
from (
    select
        mart.* replace (coalesce(customers.anchor_id, mart.segment) as segment),
        mart.period_start as month
    from marts.kpi_product_roi as mart
    left join core.dim_customers as customers
        on mart.segment_type = 'customer' and mart.segment = customers.customer_id
)
