with known as (

    select
        source_system,
        source_customer_id,
        max(merged_into_id) as merged_into_id
    from {{ ref('union_customers') }}
    group by source_system, source_customer_id

),

links as (

    select * from {{ ref('union_customer_links') }}

),

{% set facts = [
    'contracts', 'subscription_items', 'churn_events', 'users', 'feature_entitlements', 'tickets',
    'survey_responses',
] -%}
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

),

-- An id that its own system does not know may be another's, as in files that name CRM accounts.
borrowed as (

    select
        seen.source_system,
        seen.source_customer_id,
        min(elsewhere.source_system) as lender,
        count(elsewhere.source_system) as lenders
    from seen
    left join known
        on
            seen.source_system = known.source_system
            and seen.source_customer_id = known.source_customer_id
    left join known as elsewhere
        on seen.source_customer_id = elsewhere.source_customer_id
    where known.source_customer_id is null
    group by seen.source_system, seen.source_customer_id

),

pointers as (

    select
        source_system,
        source_customer_id,
        source_system as next_system,
        merged_into_id as next_id,
        'merged' as link_rule,
        cast(1 as double precision) as confidence,
        1 as preference
    from known
    where merged_into_id is not null

    union all

    select
        source_system,
        source_customer_id,
        linked_system as next_system,
        linked_customer_id as next_id,
        link_rule,
        confidence,
        2 as preference
    from links

    union all

    select
        source_system,
        source_customer_id,
        lender as next_system,
        source_customer_id as next_id,
        'same_id' as link_rule,
        1 as confidence,
        3 as preference
    from borrowed
    where lenders = 1

    union all

    select
        source_system,
        source_customer_id,
        source_system as next_system,
        source_customer_id as next_id,
        'own_record' as link_rule,
        1 as confidence,
        4 as preference
    from known

    union all

    select
        source_system,
        source_customer_id,
        source_system as next_system,
        source_customer_id as next_id,
        'unmatched' as link_rule,
        0 as confidence,
        5 as preference
    from borrowed

),

-- A pointer to a record that does not exist leads nowhere and is passed over.
ranked as (

    select
        pointers.*,
        row_number() over (
            partition by pointers.source_system, pointers.source_customer_id
            order by pointers.preference, pointers.next_system, pointers.next_id
        ) as choice
    from pointers
    left join known
        on
            pointers.next_system = known.source_system
            and pointers.next_id = known.source_customer_id
    where known.source_customer_id is not null or pointers.link_rule = 'unmatched'

),

hop_1 as (

    select * from ranked
    where choice = 1

),

{% for hop in (2, 3, 4) -%}

hop_{{ hop }} as (

    select
        near.source_system,
        near.source_customer_id,
        far.next_system,
        far.next_id,
        near.link_rule,
        near.confidence * far.confidence as confidence
    from hop_{{ hop - 1 }} as near
    inner join hop_{{ hop - 1 }} as far
        on near.next_system = far.source_system and near.next_id = far.source_customer_id

),

{% endfor -%}
resolved as (

    select
        source_system,
        source_customer_id,
        {{ surrogate_key(['next_system', 'next_id']) }} as customer_id,
        next_system as anchor_system,
        next_id as anchor_id,
        link_rule,
        confidence
    from hop_4

)

select * from resolved
