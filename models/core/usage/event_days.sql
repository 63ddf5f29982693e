select
    source_system,
    {{ reporting_date('occurred_at') }} as event_date,
    count(*) as raw_rows,
    max(loaded_at) as newest_loaded_at,
    cast(
        sum(case when loaded_at > {{ dbt.dateadd('day', 7, 'occurred_at') }} then 1 else 0 end)
        as bigint
    ) as late_rows
from {{ ref('union_product_events') }}
group by source_system, {{ reporting_date('occurred_at') }}
