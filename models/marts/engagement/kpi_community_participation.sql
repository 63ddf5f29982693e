with posts as (
    select
        *,
        {{ reporting_date('occurred_at') }} as posted_on
    from {{ ref('fct_community_posts') }}
    where not is_staff and not is_bot
),

-- Before the first post nothing is known of the community; a trial's posts are no customer's.
measured as (
    select
        windows.customer_id,
        windows.month_start as period_start,
        windows.month_start as segment_month,
        'all' as breakdown,
        count(distinct active_users.source_system || ' ' || active_users.user_id) as numerator,
        usage_months.active_users as denominator,
        1 as units,
        0 as n_pending,
        count(case when posts.kind = 'question' then 1 end) as questions_posted,
        count(case when posts.is_answered_in_48_hours then 1 end) as answered,
        count(case when posts.is_peer_answered_in_48_hours then 1 end) as peer_answered
    from {{ ref('fct_usage_windows') }} as windows
    inner join {{ ref('fct_customer_usage_months') }} as usage_months
        on
            windows.customer_id = usage_months.customer_id
            and windows.month_start = usage_months.month_start
            and usage_months.active_users is not null
    left join posts
        on
            windows.customer_id = posts.customer_id
            and posts.posted_on >= windows.counted_from
            and posts.posted_on < windows.counted_until
    left join {{ ref('fct_user_months') }} as active_users
        on
            active_users.active_days > 0
            and posts.customer_id = active_users.customer_id
            and windows.month_start = active_users.month_start
            and posts.user_system = active_users.source_system
            and posts.user_id = active_users.user_id
    where windows.counted_until > (select min(first_posts.posted_on) from posts as first_posts)
    group by windows.customer_id, windows.month_start, usage_months.active_users
),

{{ kpi_rows(
    'community_participation',
    counts=['questions_posted'],
    ratios={
        'answered_in_48_hours_share': ('answered', 'questions_posted'),
        'peer_answered_in_48_hours_share': ('peer_answered', 'questions_posted'),
    }
) }}

select * from kpi_rows
