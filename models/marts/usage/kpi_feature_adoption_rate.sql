with pairs as (
    select
        *,
        row_number() over (partition by customer_id, month_start order by feature_id) as place
    from {{ ref('fct_feature_reach') }}
),

-- A pair counts for its feature and over all features, where the first one stands for its
-- customer; the uses of an adopter for its feature only.
measured as (
    {% for breakdown in ['feature_id', "'all'"] -%}
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        {{ breakdown }} as breakdown,
        0 as n_pending,
        adopters as numerator,
        active_users as denominator,
        case when active_users > 0 {{ 'and place = 1' if loop.last }} then 1 else 0 end as units,
        trying_users,
        case when adopters > 0 then 1 else 0 end as adopting_accounts,
        1 as entitled_accounts,
        {{ 'is_new' if loop.first else 'cast(null as boolean)' }} as is_new,
        cast(null as bigint) as uses
    from pairs
    union all
    {% endfor -%}
    select
        pairs.customer_id,
        pairs.month_start as period_start,
        pairs.month_start as segment_month,
        pairs.feature_id as breakdown,
        0 as n_pending,
        {% for name in ['numerator', 'denominator', 'units', 'trying_users', 'adopting_accounts',
            'entitled_accounts', 'is_new'] -%}
        null as {{ name }},
        {% endfor -%}
        adopters.uses
    from pairs
    inner join {{ ref('fct_user_feature_months') }} as adopters
        on
            adopters.is_adopter
            and pairs.customer_id = adopters.customer_id
            and pairs.month_start = adopters.month_start
            and pairs.feature_id = adopters.feature_id
),

{{ kpi_rows(
    'feature_adoption_rate',
    counts=['trying_users', 'adopting_accounts', 'entitled_accounts'],
    ratios={'trial_rate': ('trying_users', 'denominator'),
        'account_breadth': ('adopting_accounts', 'entitled_accounts')},
    extras={
        'median_uses': 'cast(' ~ percentile('uses') ~ ' as double precision)',
        'is_new': dbt.bool_or('is_new'),
    }
) }}

select * from kpi_rows
