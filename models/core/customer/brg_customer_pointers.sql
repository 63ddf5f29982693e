with records as (

    select * from {{ ref('brg_customer_records') }}

),

-- A decision for a record that nobody knows decides nothing; customer_link_conflicts lists it.
overrides as (

    select
        overrides.source_system,
        overrides.source_customer_id,
        targets.source_system as target_system,
        targets.source_customer_id as target_id,
        overrides.action = 'linked' and targets.source_customer_id is not null as is_linked,
        overrides.action = 'split' as is_split,
        overrides.target_customer_id as named_id
    from {{ ref('customer_overrides') }} as overrides
    left join records as targets
        on
            overrides.target_system = targets.source_system
            and overrides.target_customer_id = targets.source_customer_id

),

links as (

    select * from {{ ref('brg_customer_links') }}
    where verdict = 'possible'

),

ranked as (

    select
        *,
        rank() over (
            partition by source_system, source_customer_id
            order by
                case kind when 'stated' then 1 when 'implied' then 2 else 3 end asc,
                linked_authority asc,
                agreement desc
        ) as choice
    from links

),

-- Two equally good answers are none.
chosen as (

    select
        source_system,
        source_customer_id,
        min(linked_system) as linked_system,
        min(linked_customer_id) as linked_customer_id,
        min(link_rule) as link_rule,
        min(confidence) as confidence
    from ranked
    where choice = 1
    group by source_system, source_customer_id
    having count(*) = 1

),

-- Each record points to one other: what a person decided, what it was merged into, what it names.
pointers as (

    select
        records.source_system,
        records.source_customer_id,
        case
            when overrides.is_linked then overrides.target_system
            else coalesce(chosen.linked_system, records.survivor_system)
        end as next_system,
        case
            when overrides.is_linked then overrides.target_id
            else coalesce(chosen.linked_customer_id, records.survivor_id)
        end as next_id,
        case
            when overrides.is_linked then 'override'
            when chosen.link_rule is not null then chosen.link_rule
            when records.survivor_system <> records.source_system then 'same_id'
            when records.survivor_id <> records.source_customer_id then 'merged'
            when overrides.is_split then 'override'
            when records.is_known then 'own_record'
            else 'unmatched'
        end as link_rule,
        case
            when overrides.is_linked then 1
            when chosen.link_rule is not null then chosen.confidence
            when records.is_known or records.survivor_system <> records.source_system then 1
            else cast(0 as double precision)
        end as confidence
    from records
    left join overrides
        on
            records.source_system = overrides.source_system
            and records.source_customer_id = overrides.source_customer_id
    left join chosen
        on
            records.source_system = chosen.source_system
            and records.source_customer_id = chosen.source_customer_id
            and records.survivor_id = records.source_customer_id
            and (
                overrides.is_split is null or not overrides.is_split
                or overrides.named_id <> chosen.linked_customer_id
            )

)

select * from pointers
