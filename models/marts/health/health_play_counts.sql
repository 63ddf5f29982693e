{#- To which counts a row of what happened adds 1, {count: condition}; to the others it adds 0. -#}
{%- set counts = [
    'played_out', 'played', 'pending', 'unplayed_out', 'unplayed', 'in_time', 'due', 'recipients',
    'recipients_on_feature', 'others', 'others_on_feature',
] -%}
{%- set happened = [
    (ref('play_effects'), 'closed_month_start', {
        'played_out': 'play_id is not null and is_due and is_out_of_bad',
        'played': 'play_id is not null and is_due',
        'pending': 'not is_due',
        'unplayed_out': 'play_id is null and is_out_of_bad',
        'unplayed': 'play_id is null',
    }),
    ('due_plays', 'due_month_start', {'in_time': 'is_closed_by_due', 'due': 'true'}),
] -%}
with due_plays as (
    select
        plays.*,
        months.month_start as due_month_start
    from {{ ref('fct_plays') }} as plays
    inner join {{ ref('dim_months') }} as months
        on {{ month_of('plays.due_on') }} = months.month_start
    where not plays.is_cancelled
),

counted as (
    {% for relation, month_start, adds in happened -%}
    select
        customer_id,
        {{ month_start }} as month_start,
        {%- for count in counts %}
        case when {{ adds.get(count, 'false') }} then 1 else 0 end as {{ count }},
        {%- endfor %}
        kpi_id
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
)

select
    customer_id,
    month_start,
    {% for count in counts -%}
    cast(sum({{ count }}) as bigint) as {{ count }},
    {% endfor -%}
    kpi_id
from counted
group by customer_id, month_start, kpi_id
