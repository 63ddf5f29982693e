with payers as (
    select
        customer_months.customer_id,
        customer_months.month_start,
        customer_months.mrr_amount,
        users.active_users
    from {{ ref('fct_customer_months') }} as customer_months
    inner join {{ ref('fct_customer_usage_months') }} as users
        on
            customer_months.customer_id = users.customer_id
            and customer_months.month_start = users.month_start
    where customer_months.is_active and users.active_users is not null
),

used as (select * from {{ ref('fct_feature_months') }}),

offered as (
    select distinct
        month_start,
        feature_id,
        is_core,
        is_gated
    from used
),

-- Every paying customer with every feature that anybody could use, entitled or not: who does not
-- use it is a non-user.
pairs as (
    select
        payers.*,
        offered.feature_id,
        offered.is_core,
        offered.is_gated,
        coalesce(used.active_users, 0) as feature_users,
        cast(
            coalesce(payers.mrr_amount * used.active_users / nullif(payers.active_users, 0), 0)
            as decimal(38, 12)
        ) as feature_mrr_amount
    from payers
    inner join offered on payers.month_start = offered.month_start
    left join used
        on
            payers.customer_id = used.customer_id
            and payers.month_start = used.month_start
            and offered.feature_id = used.feature_id
),

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
