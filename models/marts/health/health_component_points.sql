{%- set components = [
    'engagement', 'breadth', 'support', 'voice', 'relationship', 'activation', 'milestones', 'contact',
] -%}
select
    {% for name in components -%}
    max(case when component = '{{ name }}' then score end) as {{ name }}_score,
    max(case when component = '{{ name }}' then contribution end) as {{ name }}_points,
    {% endfor -%}
    customer_id,
    period_start as month_start
from {{ ref('health_components') }}
where period_grain = 'month'
group by customer_id, period_start
