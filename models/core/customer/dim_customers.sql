with ids as (

    select * from {{ ref('brg_customer_ids') }}

),

versions as (

    select
        *,
        row_number() over (partition by customer_id order by valid_from desc) as recency
    from {{ ref('dim_customer_versions') }}

),

records as (

    select
        source_system,
        source_customer_id,
        max(case when is_internal then 1 else 0 end) as is_internal
    from {{ ref('union_customers') }}
    group by source_system, source_customer_id

),

customers as (

    select
        ids.customer_id,
        min(ids.anchor_system) as anchor_system,
        min(ids.anchor_id) as anchor_id,
        count(*) as records,
        max(coalesce(records.is_internal, 0)) = 1 as is_internal,
        max(case when ids.link_rule = 'unmatched' then 1 else 0 end) = 1 as is_unmatched
    from ids
    left join records
        on
            ids.source_system = records.source_system
            and ids.source_customer_id = records.source_customer_id
    group by ids.customer_id

),

owners as (

    select * from {{ ref('union_owners') }}

)

select
    customers.customer_id,
    versions.name,
    versions.segment,
    versions.tier,
    versions.industry,
    versions.region,
    versions.touch_model,
    versions.csm_id,
    owners.name as csm_name,
    versions.parent_customer_id,
    versions.created_at,
    customers.is_internal,
    customers.is_unmatched,
    customers.anchor_system,
    customers.anchor_id,
    customers.records
from customers
left join versions on customers.customer_id = versions.customer_id and versions.recency = 1
left join owners
    on customers.anchor_system = owners.source_system and versions.csm_id = owners.owner_id
