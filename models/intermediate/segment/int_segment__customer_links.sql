with group_calls as (

    select * from {{ ref('stg_segment__groups') }}
    where row_status = 'accepted'

),

users as (

    select * from {{ ref('stg_segment__users') }}
    where
        row_status = 'accepted'
        and not coalesce(is_internal, false)
        and not coalesce(is_bot, false)

),

-- A call carries only the traits that it was made with: an id is the last that any call named.
{% set traits = {'salesforce': 'salesforce_account_id', 'stripe': 'stripe_customer_id'} -%}
named as (

    {% for system, trait in traits.items() -%}
    select
        group_id,
        '{{ system }}' as linked_system,
        {{ trait }} as linked_customer_id,
        'segment.groups.{{ trait }}' as link_rule,
        row_number() over (
            partition by group_id order by called_at desc, group_call_id desc
        ) as recency
    from group_calls
    where {{ trait }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    group_id as source_customer_id,
    linked_system,
    linked_customer_id,
    link_rule,
    1 as confidence
from named
where recency = 1
union all
select distinct
    group_id as source_customer_id,
    '(domain)' as linked_system,
    {{ email_domain('email') }} as linked_customer_id,
    'segment.users.email' as link_rule,
    0.8 as confidence
from users
where {{ email_domain('email') }} is not null
