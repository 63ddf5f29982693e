-- of each: kpi_*
-- key: month, segment_type, segment, breakdown
-- relative: 0.000000001
-- The whole mart: every row, in the columns that the truth has.
select {columns}
from (
    select
        mart.* replace (coalesce(customers.anchor_id, mart.segment) as segment),
        mart.period_start as month
    from marts.{name} as mart
    left join core.dim_customers as customers
        on mart.segment_type = 'customer' and mart.segment = customers.customer_id
)
