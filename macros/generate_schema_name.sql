{% macro generate_schema_name(custom_schema_name, node) %}
    {#- Layers are schemas of exactly their own name: staging, intermediate, core, marts, quality, history. -#}
    {{ return((custom_schema_name or target.schema) | trim) }}
{% endmacro %}
