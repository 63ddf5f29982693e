{% set facts = [
    'contracts', 'subscription_items', 'churn_events', 'users', 'feature_entitlements',
    'seat_entitlements', 'process_daily', 'tickets', 'survey_responses',
] -%}
with records as (

    select
        source_system,
        source_customer_id,
        max(merged_into_id) as merged_into_id
    from {{ ref('union_customers') }}
    group by source_system, source_customer_id

),

seen as (

    {% for entity in facts -%}
    select
        source_system,
        coalesce(source_customer_id, '(none)') as source_customer_id
    from {{ ref('union_' ~ entity) }}
    union
    {% endfor -%}
    select
        source_system,
        source_customer_id
    from {{ ref('fct_event_days') }}
    where source_customer_id is not null
    union
    select
        source_system,
        source_customer_id
    from records

),

links as (

    select
        customer_links.*,
        row_number() over (
            partition by customer_links.source_system, customer_links.source_customer_id
            order by customer_links.linked_system, customer_links.linked_customer_id
        ) as choice
    from {{ ref('union_customer_links') }} as customer_links
    inner join records
        on
            customer_links.linked_system = records.source_system
            and customer_links.linked_customer_id = records.source_customer_id

),

lenders as (

    select
        source_customer_id,
        min(source_system) as source_system
    from records
    group by source_customer_id
    having count(*) = 1

)

-- The first of these that exists: what it was merged into, what it names, who alone knows its id.
select
    seen.source_system,
    seen.source_customer_id,
    coalesce(
        survivors.source_system, links.linked_system, lenders.source_system, seen.source_system
    ) as next_system,
    coalesce(
        survivors.source_customer_id, links.linked_customer_id, seen.source_customer_id
    ) as next_id,
    case
        when survivors.source_customer_id is not null then 'merged'
        when links.link_rule is not null then links.link_rule
        when lenders.source_customer_id is not null then 'same_id'
        when records.source_customer_id is not null then 'own_record'
        else 'unmatched'
    end as link_rule,
    case
        when survivors.source_customer_id is not null then 1
        when links.link_rule is not null then links.confidence
        when lenders.source_customer_id is not null or records.source_customer_id is not null then 1
        else cast(0 as double precision)
    end as confidence
from seen
left join records
    on
        seen.source_system = records.source_system
        and seen.source_customer_id = records.source_customer_id
left join records as survivors
    on
        records.source_system = survivors.source_system
        and records.merged_into_id = survivors.source_customer_id
left join links
    on
        seen.source_system = links.source_system
        and seen.source_customer_id = links.source_customer_id
        and links.choice = 1
left join lenders
    on records.source_customer_id is null and seen.source_customer_id = lenders.source_customer_id
