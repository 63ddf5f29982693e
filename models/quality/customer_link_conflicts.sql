with ids as (

    select * from {{ ref('brg_customer_ids') }}

),

-- Two records that something joins and that are two customers all the same.
apart as (

    select
        links.source_system,
        links.source_customer_id,
        links.linked_system,
        links.linked_customer_id,
        links.link_rule,
        case when links.verdict = 'possible' then 'outranked' else links.verdict end as conflict,
        ids.customer_id,
        linked_ids.customer_id as linked_customer
    from {{ ref('brg_customer_links') }} as links
    inner join ids
        on
            links.source_system = ids.source_system
            and links.source_customer_id = ids.source_customer_id
    inner join ids as linked_ids
        on
            links.linked_system = linked_ids.source_system
            and links.linked_customer_id = linked_ids.source_customer_id
    where
        ids.customer_id <> linked_ids.customer_id
        -- A domain of several companies is of interest where nothing better joins the record.
        and (links.kind = 'stated' or links.verdict = 'possible' or ids.link_rule = 'own_record')

),

dangling as (

    select
        links.source_system,
        links.source_customer_id,
        links.linked_system,
        links.linked_customer_id,
        links.link_rule,
        'unknown_id' as conflict,
        ids.customer_id,
        cast(null as {{ dbt.type_string() }}) as linked_customer
    from {{ ref('union_customer_links') }} as links
    inner join ids
        on
            links.source_system = ids.source_system
            and links.source_customer_id = ids.source_customer_id
    left join {{ ref('brg_customer_records') }} as records
        on
            links.linked_system = records.source_system
            and lower(links.linked_customer_id) = lower(records.source_customer_id)
            and records.is_known
    where
        records.source_customer_id is null
        and links.linked_system not in ('(domain)', '(website)')

),

-- An id that a file names and several systems know, or that is two customers in two of them.
namesakes as (

    select
        records.source_system,
        records.source_customer_id,
        others.source_system as linked_system,
        others.source_customer_id as linked_customer_id,
        'same_id' as link_rule,
        case when records.is_known then 'same_id' else 'ambiguous_id' end as conflict,
        ids.customer_id,
        other_ids.customer_id as linked_customer
    from {{ ref('brg_customer_records') }} as records
    inner join {{ ref('brg_customer_records') }} as others
        on
            records.source_customer_id = others.source_customer_id
            and records.source_system <> others.source_system
            and others.is_known
            and (not records.is_known or records.authority > others.authority)
    inner join ids
        on
            records.source_system = ids.source_system
            and records.source_customer_id = ids.source_customer_id
    inner join ids as other_ids
        on
            others.source_system = other_ids.source_system
            and others.source_customer_id = other_ids.source_customer_id
    where ids.customer_id <> other_ids.customer_id

),

undone as (

    select
        overrides.source_system,
        overrides.source_customer_id,
        overrides.target_system as linked_system,
        overrides.target_customer_id as linked_customer_id,
        'override' as link_rule,
        'override_without_effect' as conflict,
        ids.customer_id,
        linked_ids.customer_id as linked_customer
    from {{ ref('customer_overrides') }} as overrides
    left join ids
        on
            overrides.source_system = ids.source_system
            and overrides.source_customer_id = ids.source_customer_id
    left join ids as linked_ids
        on
            overrides.target_system = linked_ids.source_system
            and overrides.target_customer_id = linked_ids.source_customer_id
    where
        ids.customer_id is null
        or (overrides.target_system is not null and linked_ids.customer_id is null)
        or (overrides.action = 'split' and ids.customer_id = linked_ids.customer_id)

)

select * from apart
union all
select * from dangling
union all
select * from namesakes
union all
select * from undone
