with contracts as (

    select
        *,
        coalesce(signed_at, term_start) as agreed_at,
        {{ dbt.dateadd('day', -90, 'term_end') }} as early_before,
        {{ dbt.dateadd('day', 30, 'term_end') }} as closes_at
    from {{ ref('dim_contracts') }}

),

products as (

    select
        contracts.source_system,
        contracts.contract_id,
        items.product_id
    from contracts
    inner join {{ ref('union_subscription_items') }} as items
        on
            contracts.source_system = items.source_system
            and contracts.contract_id = items.contract_id
    union
    select
        contracts.source_system,
        contracts.contract_id,
        lines.product_id
    from contracts
    inner join {{ ref('union_invoice_lines') }} as lines
        on
            contracts.source_system = lines.source_system
            and contracts.subscription_id = lines.subscription_id
            and contracts.term_start = lines.service_start
            and contracts.term_end = lines.service_end
    where lines.kind = 'recurring' and not lines.is_proration

),

pairs as (

    select
        ended.source_system,
        ended.contract_id,
        ended.term_start as ended_start,
        ended.early_before,
        least(ended.early_before, coalesce(ended.terminated_at, ended.early_before)) as opens_at,
        others.source_system as successor_system,
        others.contract_id as successor_id,
        others.term_start as starts_at,
        others.agreed_at,
        others.agreed_at <= ended.term_end as is_on_time,
        coalesce(
            others.predecessor_id = ended.contract_id
            and others.source_system = ended.source_system,
            false
        ) as is_named,
        -- A contract whose products nobody names may follow, and be followed by, any.
        max(
            case
                when ours.product_id is null or theirs.product_id is null then 1
                when ours.product_id = theirs.product_id then 1
                else 0
            end
        ) = 1 as has_common_product
    from contracts as ended
    inner join contracts as others
        on
            ended.customer_id = others.customer_id
            and ended.closes_at >= others.term_start
            and (
                ended.source_system <> others.source_system
                or ended.contract_id <> others.contract_id
            )
    left join products as ours
        on ended.source_system = ours.source_system and ended.contract_id = ours.contract_id
    left join products as theirs
        on
            others.source_system = theirs.source_system
            and others.contract_id = theirs.contract_id
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11

),

candidates as (

    select
        *,
        max(case when is_named then 1 else 0 end) over (
            partition by source_system, contract_id
        ) = 1 as has_named
    from pairs
    where
        is_named
        or (has_common_product and starts_at > ended_start and starts_at >= opens_at)

)

-- A successor by name leaves no room for one by product.
select
    source_system,
    contract_id,
    successor_system,
    successor_id,
    starts_at,
    agreed_at,
    is_named,
    is_on_time,
    starts_at < early_before as is_early
from candidates
where is_named = has_named
