with features as (

    select * from {{ ref('dim_features') }}

),

starts as (

    select * from {{ ref('dim_customer_starts') }}

),

grants as (

    select
        ids.customer_id,
        entitlements.feature_id,
        entitlements.valid_from,
        coalesce(entitlements.valid_to, cast('9999-12-31' as timestamp)) as valid_to
    from {{ ref('union_feature_entitlements') }} as entitlements
    inner join {{ ref('brg_customer_ids') }} as ids
        on
            entitlements.source_system = ids.source_system
            and coalesce(entitlements.source_customer_id, '(none)') = ids.source_customer_id

),

covered as (

    select
        *,
        max(valid_to) over (
            partition by customer_id, feature_id
            order by valid_from, valid_to
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from grants

),

-- Grants that follow each other within a day are one spell.
numbered as (

    select
        *,
        sum(
            case
                when {{ reporting_date('valid_from') }} <= {{ reporting_date('covered_until') }}
                    then 0
                else 1
            end
        ) over (
            partition by customer_id, feature_id
            order by valid_from, valid_to
            rows between unbounded preceding and current row
        ) as spell
    from covered

),

spells as (

    select
        customer_id,
        feature_id,
        min(valid_from) as granted_from,
        max(valid_to) as granted_until
    from numbered
    group by customer_id, feature_id, spell

)

select
    starts.customer_id,
    features.feature_id,
    features.is_core,
    features.is_gated,
    features.released_at,
    coalesce(spells.granted_from, cast('1970-01-01' as timestamp)) as granted_from,
    coalesce(spells.granted_until, cast('9999-12-31' as timestamp)) as granted_until,
    greatest(
        starts.started_on,
        {{ reporting_date('features.released_at') }},
        coalesce({{ reporting_date('spells.granted_from') }}, starts.started_on)
    ) as clock_started_on
from starts
cross join features
left join spells
    on
        starts.customer_id = spells.customer_id
        and features.feature_id = spells.feature_id
        and features.is_gated
where not features.is_gated or spells.customer_id is not null
