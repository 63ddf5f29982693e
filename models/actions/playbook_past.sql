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
{%- set no_rows = [] -%}
{%- for column, type in columns.items() -%}
{%- do no_rows.append('cast(null as ' ~ type ~ ') as ' ~ column) -%}
{%- endfor -%}
{%- set changes = ledger or '(select ' ~ no_rows | join(', ') ~ ' where 1 = 0) as no_rows' -%}
with ranked as (

    select
        {{ columns | join(',\n        ') }},
        row_number() over (partition by action_id order by change_number desc) as recency
    from {{ changes }}

)

select
    {{ columns | join(',\n    ') }}
from ranked
where recency = 1
