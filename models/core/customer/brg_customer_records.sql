{% set facts = [
    'contracts', 'subscription_items', 'churn_events', 'users', 'feature_entitlements',
    'seat_entitlements', 'process_daily', 'tickets', 'survey_responses',
    'survey_invitations', 'feedback_texts',
    'messages', 'content_events', 'community_posts',
    'stage_history', 'milestones', 'outcomes', 'plays', 'health_overrides',
    'touchpoints', 'org_changes', 'opportunities',
    'loyalty_members', 'reward_units', 'advocacy_acts',
] -%}
{#- What a partner did is no customer's. -#}
{% set facts_of_partners_too = ['referrals', 'intro_asks'] -%}
with known as (

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
    {% for entity in facts_of_partners_too -%}
    select
        source_system,
        source_customer_id
    from {{ ref('union_' ~ entity) }}
    where source_customer_id is not null
    union
    {% endfor -%}
    select
        source_system,
        referrer_source_customer_id as source_customer_id
    from {{ ref('union_opportunities') }}
    where referrer_source_customer_id is not null
    union
    select
        source_system,
        source_customer_id
    from {{ ref('fct_event_days') }}
    where source_customer_id is not null
    union
    -- A person of no company is no fact of a customer.
    select
        source_system,
        source_customer_id
    from {{ ref('union_contacts') }}
    where source_customer_id is not null
    union
    select
        source_system,
        source_customer_id
    from known

),

-- What a person decided about a record stands above its system's own merge.
merges_1 as (

    select
        known.source_system,
        known.source_customer_id,
        coalesce(winners.source_customer_id, known.source_customer_id) as survivor_id
    from known
    left join {{ ref('customer_overrides') }} as overrides
        on
            known.source_system = overrides.source_system
            and known.source_customer_id = overrides.source_customer_id
    left join known as winners
        on
            known.source_system = winners.source_system
            and known.merged_into_id = winners.source_customer_id
            and overrides.source_customer_id is null

),

{% for hop in (2, 3, 4) -%}
-- Each round follows merges twice as far.
merges_{{ hop }} as (

    select
        near.source_system,
        near.source_customer_id,
        far.survivor_id
    from merges_{{ hop - 1 }} as near
    inner join merges_{{ hop - 1 }} as far
        on
            near.source_system = far.source_system
            and near.survivor_id = far.source_customer_id

),

{% endfor -%}
namesakes as (

    select
        source_customer_id,
        min(source_system) as source_system
    from known
    group by source_customer_id
    having count(*) = 1

)

select
    seen.source_system,
    seen.source_customer_id,
    merged.source_customer_id is not null as is_known,
    coalesce(merged.source_system, namesakes.source_system, seen.source_system) as survivor_system,
    coalesce(merged.survivor_id, seen.source_customer_id) as survivor_id,
    {{ customer_authority('seen.source_system') }} as authority
from seen
left join merges_4 as merged
    on
        seen.source_system = merged.source_system
        and seen.source_customer_id = merged.source_customer_id
left join namesakes
    on
        merged.source_customer_id is null
        and seen.source_customer_id = namesakes.source_customer_id
