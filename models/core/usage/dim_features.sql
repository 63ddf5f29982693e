select
    feature_id,
    {{ dbt.bool_or('is_core') }} as is_core,
    not {{ dbt.bool_or('not is_gated') }} as is_gated,
    min(coalesce(released_at, cast('1970-01-01' as timestamp))) as released_at
from {{ ref('union_features') }}
group by feature_id
