{% set said = [
    'source_system', 'source_customer_id', 'linked_system', 'linked_customer_id',
    'linked_authority', 'kind', 'link_rule', 'confidence',
] -%}
-- Where a person has decided, only what the decision leaves open is asked.
with candidates as (

    select candidates.*
    from {{ ref('brg_customer_candidates') }} as candidates
    left join {{ ref('customer_overrides') }} as overrides
        on
            candidates.source_system = overrides.source_system
            and candidates.source_customer_id = overrides.source_customer_id
    where
        overrides.action is null
        or (
            overrides.action = 'split'
            and overrides.target_customer_id <> candidates.linked_customer_id
        )

),

traits as (

    select * from {{ ref('brg_customer_traits') }}

),

-- A name may answer to a name or to a label, a domain to a domain.
compared as (

    select
        candidates.{{ said | join(', candidates.') }},
        candidates.claimants,
        candidates.carriers,
        {{ dbt.bool_or("mine.trait = 'name'") }} as has_name,
        {{ dbt.bool_or("mine.trait = 'domain' and sites.trait = 'domain'") }} as have_domains,
        count(
            distinct case
                when theirs.source_customer_id = candidates.linked_customer_id then mine.trait
            end
        ) as agreement,
        {{ dbt.bool_or(
            "mine.trait = 'name' and theirs.source_customer_id = candidates.linked_customer_id"
        ) }} as has_same_name,
        {{ dbt.bool_or("theirs.source_customer_id <> candidates.linked_customer_id") }}
            as points_elsewhere
    from candidates
    left join traits as mine
        on
            candidates.source_system = mine.source_system
            and candidates.source_customer_id = mine.source_customer_id
            and mine.trait in ('name', 'domain')
    left join traits as theirs
        on
            candidates.linked_system = theirs.source_system
            and mine.trait_value = theirs.trait_value
            and (mine.trait = theirs.trait or (mine.trait = 'name' and theirs.trait = 'label'))
            and (
                theirs.claimants = 1 or theirs.source_customer_id = candidates.linked_customer_id
            )
    left join traits as sites
        on
            candidates.linked_system = sites.source_system
            and candidates.linked_customer_id = sites.source_customer_id
            and mine.trait = sites.trait
    group by
        candidates.{{ said | join(', candidates.') }}, candidates.claimants, candidates.carriers

),

judged as (

    select
        *,
        case
            when
                kind = 'stated' and agreement = 0 and has_name
                and (points_elsewhere or have_domains)
                then 'contradicted'
            when kind = 'stated' then 'possible'
            when claimants > 1 then 'ambiguous_domain'
            when
                has_name
                and (points_elsewhere or not coalesce(has_same_name, false))
                then 'other_name'
            when not has_name and carriers > 1 then 'shared_domain'
            else 'possible'
        end as verdict
    from compared

),

-- Two records that a third one names, and nothing contradicts, belong together.
implied as (

    select
        near.linked_system as source_system,
        near.linked_customer_id as source_customer_id,
        far.linked_system,
        far.linked_customer_id,
        far.linked_authority,
        'implied' as kind,
        'named_together' as link_rule,
        0.9 * min(near.confidence * far.confidence) as confidence,
        max(near.agreement + far.agreement) as agreement,
        'possible' as verdict
    from judged as near
    inner join judged as far
        on
            near.source_system = far.source_system
            and near.source_customer_id = far.source_customer_id
            and near.linked_authority > far.linked_authority
    where
        near.kind = 'stated'
        and near.verdict = 'possible'
        and far.kind = 'stated'
        and far.verdict = 'possible'
    group by
        near.linked_system, near.linked_customer_id,
        far.linked_system, far.linked_customer_id, far.linked_authority

)

{% set columns = (said + ['agreement', 'verdict']) | join(', ') -%}
select {{ columns }} from judged
union all
select {{ columns }} from implied
