with classified as (
    select
        pairs.*,
        users.active_users * users.counted_days as possible_user_days,
        case
            when pairs.used_days = 0 and pairs.is_used_in_prior_3_months then 'abandoned'
            when pairs.used_days = 0 then 'unused'
            when pairs.used_weekdays > 0 and 2 * pairs.used_weekdays >= users.counted_weekdays
                then 'daily'
            when pairs.used_days >= 4 then 'weekly'
            else 'rare'
        end as usage_class
    from {{ ref('fct_feature_months') }} as pairs
    inner join {{ ref('fct_customer_usage_months') }} as users
        on pairs.customer_id = users.customer_id and pairs.month_start = users.month_start
),

{% set classes = ['daily', 'weekly', 'rare', 'abandoned', 'unused'] -%}
-- A customer's row for every feature, and one over its features: the core ones that it used before
-- and gave up.
measured as (
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        feature_id as breakdown,
        {% for class in classes -%}
        case when usage_class = '{{ class }}' then 1 else 0 end as {{ class }}_pairs,
        {% endfor -%}
        usage_class,
        case when possible_user_days > 0 then user_days end as numerator,
        possible_user_days as denominator,
        1 as units,
        0 as n_pending
    from classified
    union all
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        'all' as breakdown,
        {% for class in classes -%}
        sum(case when usage_class = '{{ class }}' then 1 else 0 end) as {{ class }}_pairs,
        {% endfor -%}
        cast(null as {{ dbt.type_string() }}) as usage_class,
        sum(case when is_core and usage_class = 'abandoned' then 1 else 0 end) as numerator,
        sum(case when is_core and is_used_in_prior_3_months then 1 else 0 end) as denominator,
        max(case when is_core and is_used_in_prior_3_months then 1 else 0 end) as units,
        0 as n_pending
    from classified
    group by customer_id, month_start
),

{{ kpi_rows(
    'feature_usage',
    counts=['daily_pairs', 'weekly_pairs', 'rare_pairs', 'abandoned_pairs', 'unused_pairs'],
    extras={'usage_class': "case when segments.segment_type = 'customer' then max(usage_class) end"}
) }}

select * from kpi_rows
