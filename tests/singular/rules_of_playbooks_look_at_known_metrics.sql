-- A metric that nobody measures would never set anything off.
{%- set signals = (mart_signals().keys() | list) + (fact_signals().keys() | list) %}
select
    rules.rule_id,
    rules.condition_number,
    rules.metric_id
from {{ ref('playbook_rules') }} as rules
left join {{ ref('kpi_catalog') }} as catalog on rules.metric_id = catalog.kpi_id
where
    catalog.kpi_id is null
    and rules.metric_id not in (
        {% for signal in signals -%}
        '{{ signal }}'{{ ',' if not loop.last }}
        {% endfor %}
    )
