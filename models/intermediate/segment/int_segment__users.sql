with users as (

    select * from {{ ref('stg_segment__users') }}
    where row_status = 'accepted'

),

alias_calls as (

    select
        *,
        row_number() over (
            partition by previous_id order by called_at desc, alias_call_id desc
        ) as recency
    from {{ ref('stg_segment__aliases') }}
    where row_status = 'accepted'

),

-- An id follows its last alias call, unless a later one led back.
aliases as (

    select
        calls.previous_id,
        calls.user_id
    from alias_calls as calls
    left join alias_calls as back
        on
            calls.user_id = back.previous_id
            and calls.previous_id = back.user_id
            and calls.called_at <= back.called_at
            and back.recency = 1
    where calls.recency = 1 and back.previous_id is null

),

-- An id that no identify call described is described by the one that took its place.
described as (

    select
        user_id,
        group_id,
        email,
        is_internal,
        is_bot,
        created_at
    from users
    union all
    select
        aliases.previous_id as user_id,
        successors.group_id,
        successors.email,
        successors.is_internal,
        successors.is_bot,
        successors.created_at
    from aliases
    inner join users as successors on aliases.user_id = successors.user_id
    left join users on aliases.previous_id = users.user_id
    where users.user_id is null

)

select
    described.user_id,
    described.group_id as source_customer_id,
    cast(null as {{ dbt.type_string() }}) as contact_id,
    {{ email_key('described.email') }} as email_key,
    coalesce(described.is_internal, false) as is_internal,
    coalesce(described.is_bot, false) as is_bot,
    aliases.user_id as merged_into_id,
    described.created_at
from described
left join aliases on described.user_id = aliases.previous_id
