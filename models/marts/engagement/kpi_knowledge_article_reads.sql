with windows as (select * from {{ ref('fct_usage_windows') }}),

usage_months as (
    select * from {{ ref('fct_customer_usage_months') }}
    where active_users is not null
),

articles as (
    select * from {{ ref('fct_content_days') }}
    where kind = 'article'
),

-- Before the first article was opened nothing is known; a trial's reading is no customer's.
read_days as (
    select
        windows.customer_id,
        windows.month_start,
        count(case when articles.is_read then 1 end) as article_reads
    from windows
    left join articles
        on
            windows.customer_id = articles.customer_id
            and articles.event_date >= windows.counted_from
            and articles.event_date < windows.counted_until
    where
        windows.counted_until > (select min(first_views.event_date) from articles as first_views)
    group by windows.customer_id, windows.month_start
),

measured as (
    select
        read_days.customer_id,
        read_days.month_start as period_start,
        read_days.month_start as segment_month,
        'all' as breakdown,
        read_days.article_reads as numerator,
        usage_months.active_users as denominator,
        1 as units,
        0 as n_pending
    from read_days
    inner join usage_months
        on
            read_days.customer_id = usage_months.customer_id
            and read_days.month_start = usage_months.month_start
),

{{ kpi_rows('knowledge_article_reads') }}

select * from kpi_rows
