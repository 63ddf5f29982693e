{#- To which counts a row of what happened adds 1, {count: condition}; to the others it adds 0. -#}
{%- set counts = [
    'numerator', 'denominator', 'n_pending', 'unplayed_out', 'unplayed', 'in_time', 'due',
    'recipients', 'recipients_on_feature', 'others', 'others_on_feature',
] -%}
{%- set happened = [
    ('effects', 'closed_month_start', 'kpi_id', {
        'numerator': 'play_id is not null and is_due and is_out_of_bad',
        'denominator': 'play_id is not null and is_due',
        'n_pending': 'not is_due',
        'unplayed_out': 'play_id is null and is_out_of_bad',
        'unplayed': 'play_id is null',
    }),
    ('due_plays', 'due_month_start', 'kpi_id', {'in_time': 'is_closed_by_due', 'due': 'true'}),
] -%}
with effects as (select * from {{ ref('play_effects') }}),

due_plays as (
    select
        plays.*,
        months.month_start as due_month_start
    from {{ ref('fct_plays') }} as plays
    inner join {{ ref('dim_months') }} as months
        on {{ month_of('plays.due_on') }} = months.month_start
    where not plays.is_cancelled
),

counted as (
    {% for relation, month_start, kpi_id, adds in happened -%}
    select
        customer_id,
        {{ month_start }} as month_start,
        {%- for count in counts %}
        case when {{ adds.get(count, 'false') }} then 1 else 0 end as {{ count }},
        {%- endfor %}
        {{ kpi_id }} as kpi_id
    from {{ relation }}
    union all
    {% endfor -%}
    select
        customer_id,
        month_start,
        {%- for count in counts %}
        {{ count if loop.index > 7 else 0 }} as {{ count }},
        {%- endfor %}
        cast(null as {{ dbt.type_string() }}) as kpi_id
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
{% set unplayed_share = share.format('unplayed_out', 'unplayed') -%}
{{ kpi_rows(
    'play_effectiveness',
    is_final='kpi_periods.is_final and coalesce(summed.n_pending, 0) = 0',
    extras={
        'unplayed_customers': 'cast(sum(unplayed) as bigint)',
        'unplayed_value': unplayed_share,
        'uplift': share.format('numerator', 'denominator') ~ ' - ' ~ unplayed_share,
        'plays_due': 'cast(sum(due) as bigint)',
        'plays_in_time': 'cast(sum(in_time) as bigint)',
        'message_recipients': 'cast(sum(recipients) as bigint)',
        'message_uplift':
            share.format('recipients_on_feature', 'recipients')
            ~ ' - ' ~ share.format('others_on_feature', 'others'),
    }
) }}

select * from kpi_rows
