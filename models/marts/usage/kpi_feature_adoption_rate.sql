with users as (
    select * from {{ ref('fct_customer_usage_months') }}
    where active_users is not null
),

pairs as (
    select
        feature_months.customer_id,
        feature_months.month_start,
        feature_months.feature_id,
        feature_months.is_new,
        feature_months.adopters,
        feature_months.active_users as trying_users,
        users.active_users
    from {{ ref('fct_feature_months') }} as feature_months
    inner join users
        on
            feature_months.customer_id = users.customer_id
            and feature_months.month_start = users.month_start
),

adopters as (
    select * from {{ ref('fct_user_feature_months') }}
    where is_adopter
),

-- A pair counts for its feature and over all features; the uses of an adopter for its feature only.
measured as (
    {% for breakdown in ['feature_id', "'all'"] -%}
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        {{ breakdown }} as breakdown,
        sum(adopters) as numerator,
        sum(active_users) as denominator,
        case when max(active_users) > 0 then 1 else 0 end as units,
        0 as n_pending,
        sum(trying_users) as trying_users,
        count(case when adopters > 0 then 1 end) as adopting_accounts,
        count(*) as entitled_accounts,
        {{ 'is_new' if loop.first else 'cast(null as boolean)' }} as is_new,
        cast(null as bigint) as uses
    from pairs
    group by customer_id, month_start{{ ', feature_id, is_new' if loop.first }}
    union all
    {% endfor -%}
    select
        adopters.customer_id,
        adopters.month_start as period_start,
        adopters.month_start as segment_month,
        adopters.feature_id as breakdown,
        null as numerator,
        null as denominator,
        0 as units,
        0 as n_pending,
        null as trying_users,
        null as adopting_accounts,
        null as entitled_accounts,
        null as is_new,
        adopters.uses
    from adopters
    inner join pairs
        on
            adopters.customer_id = pairs.customer_id
            and adopters.month_start = pairs.month_start
            and adopters.feature_id = pairs.feature_id
),

{{ kpi_rows(
    'feature_adoption_rate',
    counts=['trying_users', 'adopting_accounts', 'entitled_accounts'],
    ratios={
        'trial_rate': ('trying_users', 'denominator'),
        'account_breadth': ('adopting_accounts', 'entitled_accounts'),
    },
    extras={
        'median_uses': 'cast(' ~ percentile('uses') ~ ' as double precision)',
        'is_new': dbt.bool_or('is_new'),
    }
) }}

select * from kpi_rows
