with feature_usage as (

    select * from {{ ref('stg_ravenstack__feature_usage') }}
    where row_status = 'accepted'

)

-- The source has neither catalogue nor entitlements: a feature is what was used, open to everybody
-- from its first use.
select
    feature_name as feature_id,
    feature_name as name,
    max(case when is_beta then 0 else 1 end) = 1 as is_core,
    false as is_gated,
    cast(min(used_on) as timestamp) as released_at
from feature_usage
group by feature_name
