select
    kpi_values.*,
    build.build_id,
    build.as_of
from {{ ref('kpi_values') }} as kpi_values
cross join {{ ref('build') }} as build
where
    kpi_values.segment_type <> 'customer'
    or kpi_values.kpi_id in ('mrr_movements', 'expansion_revenue')
