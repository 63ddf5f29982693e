with records as (

    select * from {{ ref('union_customers') }}

),

ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- What a customer is called and how it is segmented is read from its anchor record alone.
versions as (

    select
        ids.customer_id,
        records.name,
        records.segment,
        records.tier,
        records.industry,
        records.region,
        records.touch_model,
        records.csm_id,
        parents.customer_id as parent_customer_id,
        records.created_at,
        records.valid_from,
        records.valid_to
    from records
    inner join ids
        on
            records.source_system = ids.source_system
            and records.source_customer_id = ids.source_customer_id
            and ids.source_system = ids.anchor_system
            and ids.source_customer_id = ids.anchor_id
    left join ids as parents
        on
            records.source_system = parents.source_system
            and records.parent_id = parents.source_customer_id
            and ids.customer_id <> parents.customer_id

)

select * from versions
