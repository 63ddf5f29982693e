-- key: kpi_id, breakdown, segment_type, segment, month
-- within: numerator 0.000001, denominator 0.000001, value 0.000000001
-- What is done with each feature is held by feature_months: for feature_usage, and for a customer's adoption.
select
    marts.kpi_id,
    marts.breakdown,
    marts.segment_type,
    coalesce(customers.anchor_id, marts.segment) as segment,
    marts.period_start as month,
    case when marts.kpi_id not in ('usage_drop', 'time_to_adoption') then marts.numerator end as numerator,
    case when marts.kpi_id not in ('usage_drop', 'time_to_adoption') then marts.denominator end as denominator,
    marts.value
from marts.kpi_values as marts
left join core.dim_customers as customers
    on marts.segment_type = 'customer' and marts.segment = customers.customer_id
where
    marts.kpi_id in (
        'active_users', 'active_users__stickiness', 'license_utilization', 'license_utilization__activation', 'power_users',
        'login_frequency', 'product_usage_depth', 'feature_breadth', 'feature_usage', 'feature_adoption_rate',
        'time_to_adoption', 'usage_drop', 'error_rate'
    )
    and marts.segment_type in ('all', 'segment', 'customer')
    and marts.value is not null
    and not (marts.kpi_id = 'feature_usage' and marts.breakdown <> 'all')
    and not (marts.kpi_id = 'feature_adoption_rate' and marts.breakdown <> 'all' and marts.segment_type = 'customer')
