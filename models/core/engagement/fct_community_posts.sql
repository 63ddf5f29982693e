with posts as (

    select * from {{ ref('union_community_posts') }}

),

-- A file may name users by the ids of the one other system that knows them.
users as (

    select
        *,
        count(*) over (partition by user_id) = 1 as is_only_one
    from {{ ref('dim_users') }}

),

customer_ids as (

    select * from {{ ref('brg_customer_ids') }}

),

named as (

    select
        posts.source_system,
        posts.post_id,
        posts.parent_id,
        posts.kind,
        posts.occurred_at,
        posts.answered_at,
        coalesce(customers.customer_id, users.customer_id, nobody.customer_id) as customer_id,
        coalesce(users.source_system, posts.source_system) as user_system,
        coalesce(users.person_id, posts.user_id) as user_id,
        users.contact_id,
        posts.is_staff or coalesce(users.is_internal, false) as is_staff,
        coalesce(users.is_bot, false) as is_bot
    from posts
    left join users
        on
            posts.user_id = users.user_id
            and (posts.source_system = users.source_system or users.is_only_one)
    left join customer_ids as customers
        on
            posts.source_system = customers.source_system
            and posts.source_customer_id = customers.source_customer_id
    left join customer_ids as nobody
        on posts.source_system = nobody.source_system and nobody.source_customer_id = '(none)'

),

-- Whoever asked does not answer, and neither does a bot.
answers as (

    select
        questions.source_system,
        questions.post_id,
        min(answers.occurred_at) as answered_at,
        min(case when not answers.is_staff then answers.occurred_at end) as peer_answered_at
    from named as questions
    inner join named as answers
        on questions.source_system = answers.source_system and questions.post_id = answers.parent_id
    where
        questions.kind = 'question'
        and answers.kind = 'answer'
        and not answers.is_bot
        and answers.occurred_at >= questions.occurred_at
        and coalesce(answers.user_id <> questions.user_id, true)
    group by questions.source_system, questions.post_id

),

answered as (

    select
        named.*,
        {{ dbt.dateadd('hour', 48, 'named.occurred_at') }} as due_at,
        case
            when named.kind = 'question'
                then least(
                    coalesce(named.answered_at, answers.answered_at),
                    coalesce(answers.answered_at, named.answered_at)
                )
        end as first_answered_at,
        answers.peer_answered_at
    from named
    left join answers
        on named.source_system = answers.source_system and named.post_id = answers.post_id

)

select
    source_system,
    post_id,
    parent_id,
    customer_id,
    user_system,
    user_id,
    contact_id,
    kind,
    is_staff,
    is_bot,
    occurred_at,
    first_answered_at,
    peer_answered_at,
    coalesce(first_answered_at <= due_at, false) as is_answered_in_48_hours,
    coalesce(peer_answered_at <= due_at, false) as is_peer_answered_in_48_hours
from answered
