with windows as (

    select * from {{ ref('fct_usage_windows') }}

),

posts as (

    select
        *,
        {{ reporting_date('occurred_at') }} as posted_on
    from {{ ref('fct_community_posts') }}
    where not is_staff and not is_bot

),

active_users as (

    select * from {{ ref('fct_user_months') }}
    where active_days > 0

),

usage_months as (

    select * from {{ ref('fct_customer_usage_months') }}
    where active_users is not null

),

-- Before the first post nothing is known of the community; a trial's posts are no customer's.
posted as (

    select
        windows.customer_id,
        windows.month_start,
        count(distinct active_users.source_system || ' ' || active_users.user_id) as posters,
        count(case when posts.kind = 'question' then 1 end) as questions,
        count(case when posts.is_answered_in_48_hours then 1 end) as answered,
        count(case when posts.is_peer_answered_in_48_hours then 1 end) as peer_answered
    from windows
    left join posts
        on
            windows.customer_id = posts.customer_id
            and posts.posted_on >= windows.counted_from
            and posts.posted_on < windows.counted_until
    left join active_users
        on
            posts.customer_id = active_users.customer_id
            and windows.month_start = active_users.month_start
            and posts.user_system = active_users.source_system
            and posts.user_id = active_users.user_id
    where windows.counted_until > (select min(first_posts.posted_on) from posts as first_posts)
    group by windows.customer_id, windows.month_start

),

measured as (

    select
        posted.customer_id,
        posted.month_start as period_start,
        posted.month_start as segment_month,
        'all' as breakdown,
        posted.posters as numerator,
        usage_months.active_users as denominator,
        1 as units,
        0 as n_pending,
        posted.questions,
        posted.answered,
        posted.peer_answered
    from posted
    inner join usage_months
        on
            posted.customer_id = usage_months.customer_id
            and posted.month_start = usage_months.month_start

),

{{ kpi_rows(
    'community_participation',
    extras={
        'questions_posted': 'cast(sum(questions) as bigint)',
        'answered_in_48_hours_share':
            'cast(sum(answered) as double precision) / nullif(sum(questions), 0)',
        'peer_answered_in_48_hours_share':
            'cast(sum(peer_answered) as double precision) / nullif(sum(questions), 0)',
    }
) }}

select * from kpi_rows
