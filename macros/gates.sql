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
    {#- Every model of the marts layer, from var `kpis` and the models that are made of all of them. -#}
    {%- set models = ['kpi_catalog', 'kpi_measurements', 'kpi_values'] -%}
    {%- for kpi in var('kpis') -%}{%- do models.append('kpi_' ~ kpi) -%}{%- endfor -%}
    {{ return(models) }}
{% endmacro %}
