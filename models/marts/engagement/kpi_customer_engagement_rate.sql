with active_customers as (
    select * from {{ ref('fct_customer_months') }}
    where is_active
),

actions as (
    select
        customer_id,
        channel,
        occurred_on
    from {{ ref('fct_engagement_actions') }}
    union all
    select
        customer_id,
        'survey' as channel,
        {{ reporting_date('responded_at') }} as occurred_on
    from {{ ref('fct_survey_responses') }}
),

-- Before the first action nothing is known; what came before a customer's start is no customer's.
measured as (
    select
        active_customers.customer_id,
        active_customers.month_start as period_start,
        active_customers.month_start as segment_month,
        'all' as breakdown,
        case when count(actions.channel) > 0 then 1 else 0 end as numerator,
        1 as denominator,
        1 as units,
        0 as n_pending,
        count(actions.channel) as actions,
        count(distinct actions.channel) as channels,
        max(case when actions.channel = 'webinar' then 1 else 0 end) as customers_in_webinars,
        max(case when actions.channel = 'in_app' then 1 else 0 end) as customers_in_app
    from active_customers
    left join actions
        on
            active_customers.customer_id = actions.customer_id
            and active_customers.month_start = {{ month_of('actions.occurred_on') }}
            and active_customers.started_on <= actions.occurred_on
    where
        active_customers.month_start
        >= (select {{ month_of('min(first_actions.occurred_on)') }} from actions as first_actions)
    group by active_customers.customer_id, active_customers.month_start
),

{{ kpi_rows(
    'customer_engagement_rate',
    counts=['actions', 'customers_in_webinars', 'customers_in_app'],
    extras={'mean_channels': 'cast(sum(channels) as double precision) / count(*)'}
) }}

select * from kpi_rows
