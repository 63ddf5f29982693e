select distinct
    month_start,
    segment_type,
    segment
from {{ ref('brg_customer_segments') }}
where is_spine
