with pairs as (
    select
        *,
        row_number() over (
            partition by customer_id, month_start, is_core
            order by case when feature_users > 0 then 0 else 1 end, feature_id
        ) as place
    from {{ ref('fct_feature_payers') }}
),

-- Over all features the first pair with users stands for its customer.
measured as (
    {% for breakdown in ["'all'", 'feature_id'] -%}
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        {{ breakdown }} as breakdown,
        feature_mrr_amount as numerator,
        feature_users as denominator,
        case when feature_users > 0 {{ 'and place = 1' if loop.first }} then 1 else 0 end as units,
        0 as n_pending,
        mrr_amount,
        active_users,
        {{ 'cast(null as boolean)' if loop.first else 'is_gated' }} as is_gated
    from pairs
    {{ 'where is_core union all' if loop.first }}
    {% endfor %}
),

{{ kpi_rows(
    'feature_based_arpu',
    extras={
        'feature_arpa_users':
            'cast(sum(case when denominator > 0 then mrr_amount end) as double precision)'
            ' / nullif(sum(case when denominator > 0 then 1 end), 0)',
        'feature_arpa_nonusers':
            'cast(sum(case when denominator = 0 then mrr_amount end) as double precision)'
            ' / nullif(sum(case when denominator = 0 then 1 end), 0)',
        'arpu_of_active_users':
            'cast(sum(case when active_users > 0 then mrr_amount end) as double precision)'
            ' / nullif(sum(active_users), 0)',
        'is_gated': dbt.bool_or('is_gated'),
    }
) }}

select * from kpi_rows
