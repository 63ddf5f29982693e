with started as (

    select
        source_system,
        customer_id,
        user_system,
        user_id,
        contact_id,
        content_id,
        min(first_at) as started_at,
        min(half_seen_at) as half_seen_at,
        min(completed_at) as completed_at
    from {{ ref('fct_content_days') }}
    where kind = 'walkthrough' and user_id is not null
    group by source_system, customer_id, user_system, user_id, contact_id, content_id

),

timed as (

    select
        *,
        {{ dbt.dateadd('day', 14, 'started_at') }} as matured_at
    from started

)

select
    source_system,
    customer_id,
    user_system,
    user_id,
    contact_id,
    content_id,
    started_at,
    half_seen_at,
    completed_at,
    matured_at,
    coalesce(half_seen_at <= matured_at, false) as is_watched,
    coalesce(completed_at <= matured_at, false) as is_completed
from timed
