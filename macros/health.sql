{% macro health_components() %}
    {#- The components of a health score, of the regular set and of that of the first 90 days, as the seed health_measures may name them. -#}
    {{ return(['engagement', 'breadth', 'support', 'voice', 'relationship', 'activation', 'milestones', 'contact']) }}
{% endmacro %}


{% macro kpi_bound(kpi_id, bound) %}
    {#- A bound of a KPI's bands, good_at or bad_at, as its meta.kpi block has it; 0 while parsing. -#}
    {%- if execute -%}
        {{ return(graph.nodes['model.' ~ project_name ~ '.kpi_' ~ kpi_id].config.meta['kpi'].bands[bound]) }}
    {%- endif -%}
    {{ return(0) }}
{% endmacro %}
