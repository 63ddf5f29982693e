with measured as (
    select
        blocks.*,
        blocks.month_start as period_start,
        blocks.month_start as segment_month,
        'all' as breakdown,
        1 as units,
        0 as n_pending,
        usual.usual_drop,
        blocks.usage_drop - greatest(usual.usual_drop, 0) as adjusted_drop
    from {{ ref('fct_usage_blocks') }} as blocks
    inner join {{ ref('fct_usual_usage_drops') }} as usual
        on blocks.customer_id = usual.customer_id and blocks.month_start = usual.month_start
),

{% set users, prior_users = 'sum(active_users)', 'sum(prior_active_users)' -%}
{% set days, prior_days = 'sum(active_days)', 'sum(prior_active_days)' -%}
{% set pooled = usage_drop(users, prior_users, days, prior_days) -%}
{% set users_lost = '(' ~ prior_users ~ ' - 3 * ' ~ users ~ ')' -%}
{% set days_lost = '(' ~ prior_days ~ ' - 3 * ' ~ days ~ ')' -%}
{% set by_basis = 'case when ' ~ prior_users ~ ' >= 15 then {} / 3.0 when '
    ~ prior_days ~ ' >= 60 then {} / 3.0 end' -%}
{% set is_customer = "segments.segment_type = 'customer'" -%}

{{ kpi_rows(
    'usage_drop',
    numerator=by_basis.format(users_lost, days_lost),
    denominator=by_basis.format(prior_users, prior_days),
    value='case when ' ~ is_customer ~ ' then max(adjusted_drop) else ' ~ pooled ~ ' end',
    extras={
        'unadjusted_drop': pooled,
        'usual_drop': 'case when ' ~ is_customer ~ ' then max(usual_drop) end',
        'is_by_user_days': prior_users ~ ' < 15',
        'users_lost': 'cast(' ~ users_lost ~ ' as double precision) / 3',
        'user_days_lost': 'cast(' ~ days_lost ~ ' as double precision) / 3',
        'login_day_drop':
            '1 - cast(3 * sum(login_days) as double precision)'
            ' / nullif(sum(prior_login_days), 0)',
        'minutes_drop':
            '1 - cast(3 * sum(session_ms) as double precision)'
            ' / nullif(sum(prior_session_ms), 0)',
        'is_large': users_lost ~ ' >= 9 or ' ~ days_lost ~ ' >= 30',
    }
) }}

select * from kpi_rows
