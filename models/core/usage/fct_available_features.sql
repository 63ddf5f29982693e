with windows as (

    select * from {{ ref('fct_usage_windows') }}

),

months as (

    select * from {{ ref('dim_months') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- Two catalogues may list a feature; it is gated where both say so.
features as (

    select
        feature_id,
        {{ dbt.bool_or('is_core') }} as is_core,
        not {{ dbt.bool_or('not is_gated') }} as is_gated,
        min(coalesce(released_at, cast('1970-01-01' as timestamp))) as released_at
    from {{ ref('union_features') }}
    group by feature_id

),

entitled as (

    select distinct
        ids.customer_id,
        entitlements.feature_id,
        months.month_start
    from {{ ref('union_feature_entitlements') }} as entitlements
    inner join ids
        on
            entitlements.source_system = ids.source_system
            and coalesce(entitlements.source_customer_id, '(none)') = ids.source_customer_id
    inner join months
        on
            entitlements.valid_from < months.ends_at
            and (entitlements.valid_to > months.starts_at or entitlements.valid_to is null)

)

select
    windows.customer_id,
    windows.month_start,
    features.feature_id,
    features.is_core
from windows
inner join months on windows.month_start = months.month_start
inner join features on features.released_at < months.ends_at
left join entitled
    on
        windows.customer_id = entitled.customer_id
        and windows.month_start = entitled.month_start
        and features.feature_id = entitled.feature_id
where not features.is_gated or entitled.customer_id is not null
