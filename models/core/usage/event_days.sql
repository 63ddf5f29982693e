select
    source_system,
    {{ reporting_date('occurred_at') }} as event_date,
    count(*) as raw_rows,
    max(loaded_at) as newest_loaded_at
from {{ ref('union_product_events') }}
group by source_system, {{ reporting_date('occurred_at') }}
