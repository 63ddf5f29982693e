with records as (

    select
        *,
        count(*) over (partition by source_system, lower(source_customer_id)) as spellings
    from {{ ref('brg_customer_records') }}
    where is_known

),

-- Both ends as the survivors of their systems' merges. Case is forgiven where it leaves no choice.
named as (

    select
        near.survivor_system as near_system,
        near.survivor_id as near_id,
        near.authority as near_authority,
        far.survivor_system as far_system,
        far.survivor_id as far_id,
        far.authority as far_authority,
        links.link_rule,
        links.confidence
        * case when links.linked_customer_id = far.source_customer_id then 1 else 0.9 end
            as confidence
    from {{ ref('union_customer_links') }} as links
    inner join records as near
        on
            links.source_system = near.source_system
            and links.source_customer_id = near.source_customer_id
    inner join records as far
        on
            links.linked_system = far.source_system
            and lower(links.linked_customer_id) = lower(far.source_customer_id)
            and (links.linked_customer_id = far.source_customer_id or far.spellings = 1)

),

-- The record with less authority points to the one with more, whichever of the two keeps the id.
{% set ends = [('near', 'far'), ('far', 'near')] -%}
stated as (

    {% for child, target in ends -%}
    select
        {{ child }}_system as source_system,
        {{ child }}_id as source_customer_id,
        {{ target }}_system as linked_system,
        {{ target }}_id as linked_customer_id,
        {{ target }}_authority as linked_authority,
        link_rule,
        confidence
    from named
    where {{ target }}_authority < {{ child }}_authority
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

carriers as (

    select
        *,
        {{ customer_authority('source_system') }} as authority
    from {{ ref('brg_customer_traits') }}
    where trait = 'domain'

),

claims as (

    select
        source_system,
        trait_value,
        authority,
        claimants,
        min(source_customer_id) as claimant_id
    from carriers
    group by source_system, trait_value, authority, claimants

),

candidates as (

    select
        source_system,
        source_customer_id,
        linked_system,
        linked_customer_id,
        linked_authority,
        'stated' as kind,
        min(link_rule) as link_rule,
        max(confidence) as confidence,
        cast(1 as bigint) as claimants,
        cast(1 as bigint) as carriers
    from stated
    group by
        source_system, source_customer_id, linked_system, linked_customer_id, linked_authority
    union all
    select
        carriers.source_system,
        carriers.source_customer_id,
        claims.source_system as linked_system,
        min(claims.claimant_id) as linked_customer_id,
        claims.authority as linked_authority,
        'domain' as kind,
        'domain' as link_rule,
        0.8 as confidence,
        case
            when max(claims.claimants) > 1 then max(claims.claimants)
            else count(distinct claims.claimant_id)
        end as claimants,
        max(carriers.claimants) as carriers
    from carriers
    inner join claims
        on carriers.trait_value = claims.trait_value and claims.authority < carriers.authority
    group by
        carriers.source_system, carriers.source_customer_id, claims.source_system, claims.authority

)

select * from candidates
