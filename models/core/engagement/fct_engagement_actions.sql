with clicks as (

    select
        source_system,
        customer_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        contact_id,
        channel,
        'click' as action,
        message_id as thing_id,
        clicked_at as occurred_at
    from {{ ref('fct_messages') }}
    where clicked_at is not null

),

completions as (

    select
        source_system,
        customer_id,
        user_id,
        contact_id,
        'in_app' as channel,
        'walkthrough' as action,
        content_id as thing_id,
        completed_at as occurred_at
    from {{ ref('fct_walkthroughs') }}
    where completed_at is not null

),

uses as (

    select
        source_system,
        customer_id,
        user_id,
        contact_id,
        case when kind = 'article' then 'knowledge_base' else 'webinar' end as channel,
        kind as action,
        content_id as thing_id,
        first_at as occurred_at
    from {{ ref('fct_content_days') }}
    where is_read or kind = 'webinar'

),

posts as (

    select
        source_system,
        customer_id,
        user_id,
        contact_id,
        'community' as channel,
        kind as action,
        post_id as thing_id,
        occurred_at
    from {{ ref('fct_community_posts') }}
    where not is_staff and not is_bot

),

actions as (

    {% for part in ('clicks', 'completions', 'uses', 'posts') -%}
    select * from {{ part }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    *,
    {{ reporting_date('occurred_at') }} as occurred_on
from actions
