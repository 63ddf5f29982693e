with counts as (select * from {{ ref('health_play_counts') }}),

-- Of messages no KPI is known: they stand in the headline's row only.
measured as (
    {% for breakdown in ("'all'", 'kpi_id') -%}
    select
        customer_id,
        month_start as period_start,
        month_start as segment_month,
        {{ breakdown }} as breakdown,
        played_out as numerator,
        played as denominator,
        played as units,
        pending as n_pending,
        unplayed_out,
        unplayed as unplayed_customers,
        due as plays_due,
        in_time as plays_in_time,
        recipients as message_recipients,
        recipients_on_feature,
        others,
        others_on_feature
    from counts
    {{ 'where kpi_id is not null' if breakdown == 'kpi_id' else 'union all' }}
    {% endfor %}
),

{% set share = 'cast(1.0 * sum({}) / nullif(sum({}), 0) as double precision)' -%}
{{ kpi_rows(
    'play_effectiveness',
    is_final='kpi_periods.is_final and coalesce(summed.n_pending, 0) = 0',
    counts=['unplayed_customers', 'plays_due', 'plays_in_time', 'message_recipients'],
    ratios={'unplayed_value': ('unplayed_out', 'unplayed_customers')},
    extras={
        'uplift':
            share.format('numerator', 'denominator')
            ~ ' - ' ~ share.format('unplayed_out', 'unplayed_customers'),
        'message_uplift':
            share.format('recipients_on_feature', 'message_recipients')
            ~ ' - ' ~ share.format('others_on_feature', 'others'),
    }
) }}

select * from kpi_rows
