with pairs as (select * from {{ ref('fct_feature_payers') }}),

measured as (
    {% for breakdown in ["'all'", 'feature_id'] -%}
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        {{ breakdown }} as breakdown,
        feature_mrr_amount as numerator,
        feature_users as denominator,
        1 as units,
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
    sample_size='count(distinct case when denominator > 0 then measured.customer_id end)',
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
