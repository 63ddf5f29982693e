with due_plays as (

    select
        plays.*,
        months.month_start as due_month_start
    from {{ ref('fct_plays') }} as plays
    inner join {{ ref('dim_months') }} as months on {{ month_of('plays.due_on') }} = months.month_start
    where not plays.is_cancelled

),

counted as (

    select
        customer_id,
        closed_month_start as month_start,
        kpi_id,
        case when play_id is not null and is_due and is_out_of_bad then 1 else 0 end as numerator,
        case when play_id is not null and is_due then 1 else 0 end as denominator,
        case when is_due then 0 else 1 end as n_pending,
        case when play_id is null and is_out_of_bad then 1 else 0 end as unplayed_out,
        case when play_id is null then 1 else 0 end as unplayed,
        0 as in_time,
        0 as due,
        0 as recipients,
        0 as recipients_on_feature,
        0 as others,
        0 as others_on_feature
    from {{ ref('play_effects') }}

    union all

    select
        customer_id,
        due_month_start as month_start,
        kpi_id,
        0, 0, 0, 0, 0,
        case when is_closed_by_due then 1 else 0 end as in_time,
        1 as due,
        0, 0, 0, 0
    from due_plays

    union all

    select
        customer_id,
        month_start,
        cast(null as {{ dbt.type_string() }}) as kpi_id,
        0, 0, 0, 0, 0, 0, 0,
        recipients,
        recipients_on_feature,
        others,
        others_on_feature
    from {{ ref('fct_message_effects') }}

),

measured as (

    {% for breakdown in ("'all'", 'kpi_id') -%}
    select
        counted.*,
        month_start as period_start,
        month_start as segment_month,
        {{ breakdown }} as breakdown,
        denominator as units
    from counted
    {{ 'where kpi_id is not null' if breakdown == 'kpi_id' else 'union all' }}
    {% endfor %}
),

{% set share = 'cast(1.0 * sum({}) / nullif(sum({}), 0) as double precision)' -%}
{{ kpi_rows(
    'play_effectiveness',
    is_final='kpi_periods.is_final and coalesce(summed.n_pending, 0) = 0',
    extras={
        'unplayed_customers': 'cast(sum(unplayed) as bigint)',
        'unplayed_value': share.format('unplayed_out', 'unplayed'),
        'uplift': share.format('numerator', 'denominator') ~ ' - ' ~ share.format('unplayed_out', 'unplayed'),
        'plays_due': 'cast(sum(due) as bigint)',
        'plays_in_time': 'cast(sum(in_time) as bigint)',
        'message_recipients': 'cast(sum(recipients) as bigint)',
        'message_uplift':
            share.format('recipients_on_feature', 'recipients') ~ ' - ' ~ share.format('others_on_feature', 'others'),
    }
) }}

select * from kpi_rows
