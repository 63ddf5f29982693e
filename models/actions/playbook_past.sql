{#- A table, not a view: what was before this build adds to the ledger. -#}
{%- set ledger = ledger_before() -%}
{%- set columns = {
    'action_id': dbt.type_string(),
    'change_number': dbt.type_bigint(),
    'changed_on': 'date',
    'state': dbt.type_string(),
    'reason': dbt.type_string(),
    'rule_id': dbt.type_string(),
    'playbook_id': dbt.type_string(),
    'kpi_id': dbt.type_string(),
    'segment_type': dbt.type_string(),
    'segment': dbt.type_string(),
    'severity': dbt.type_string(),
    'trigger_period_start': 'date',
    'conditions_id': dbt.type_string(),
    'evidence': dbt.type_string(),
    'arr_at_risk_amount': 'decimal(28, 6)',
    'opened_on': 'date',
    'due_on': 'date',
    'expires_on': 'date',
    'snoozed_until_on': 'date',
} -%}
with changes as (

    select
        {% for column, type in columns.items() -%}
        cast({{ column if ledger else 'null' }} as {{ type }}) as {{ column }},
        {% endfor -%}
        {% if ledger -%}
        row_number() over (partition by action_id order by change_number desc) as recency
    from {{ ledger }}
    {%- else -%}
        1 as recency
    where 1 = 0
    {%- endif %}

)

select
    {{ columns | join(',\n    ') }}
from changes
where recency = 1
