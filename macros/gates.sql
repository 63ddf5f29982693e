{% macro gate(layer) %}
    {#- Pre-hook of every model of a layer: only names the gate before it, so that dbt waits for that gate's test. -#}
    {%- set before = {'staging': 'gate_raw', 'core': 'gate_staging', 'marts': 'gate_core', 'published': 'gate_marts'} -%}
    {%- do ref(before[layer]) -%}
{% endmacro %}


{% macro after_models(models) %}
    {#- Pre-hook of a gate: names the models of the layer that it judges. -#}
    {%- for model in models -%}{%- do ref(model) -%}{%- endfor -%}
{% endmacro %}


{% macro marts_models() %}
    {#- Every model of the marts layer: the KPIs, and the models that are made of all of them and that nothing else reads. -#}
    {%- set models = [
        'kpi_scorecard', 'customer_360', 'customer_health', 'kpi_review', 'customer_forecasts', 'retention_forecasts', 'journey_map',
        'onboarding_cohorts', 'tier_coverage', 'playbook_effects', 'playbook_triggers', 'playbook_subjects',
    ] -%}
    {%- for kpi in var('kpis') + var('meta_kpis') -%}{%- do models.append('kpi_' ~ kpi) -%}{%- endfor -%}
    {{ return(models) }}
{% endmacro %}


{% macro drop_orphaned_marts() %}
    {#- Pre-hook of publish: drops what lies in schema marts and no model makes any more, so that a KPI that was renamed or
        removed is not published for ever with its last values. -#}
    {%- if execute -%}
        {%- set made = graph.nodes.values() | selectattr('schema', 'equalto', 'marts') | map(attribute='alias') | list -%}
        {%- for row in run_query("select table_name, table_type from information_schema.tables where table_schema = 'marts'") -%}
            {%- if row['table_name'] not in made -%}
                {%- set type = 'view' if row['table_type'] == 'VIEW' else 'table' -%}
                {%- do adapter.drop_relation(api.Relation.create(target.database, 'marts', row['table_name'], type=type)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
