-- key: kpi_id, breakdown, segment_type, segment, month
-- within: numerator 0.005, value 0.005
select
    kpi_id,
    breakdown,
    segment_type,
    segment,
    period_start as month,
    numerator,
    denominator,
    value
from marts.kpi_values
where kpi_id = 'feature_based_arpu' and segment_type in ('all', 'segment') and value is not null
