{% macro sources_on() %}
    {#- The enabled sources, from the environment variable SOURCES: the only switch there is. -#}
    {{ return(env_var('SOURCES', 'salesforce stripe segment zendesk files').split()) }}
{% endmacro %}


{% macro staging_models() %}
    {#- The staging models of the enabled sources as (model, source, raw table) triples, from var `staging_models`. -#}
    {%- set models = [] -%}
    {%- for source, tables in var('staging_models').items() if source in sources_on() -%}
        {%- for things, table in tables.items() -%}
            {%- do models.append(('stg_' ~ source ~ '__' ~ things, source, table)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(models) }}
{% endmacro %}


{% macro entity_feeds(entity) %}
    {#- The enabled models that feed a canonical entity, from var `entities`. -#}
    {%- set feeds = [] -%}
    {%- for feed in var('entities')[entity] or [] if feed.split('__')[0].split('_', 1)[1] in sources_on() -%}
        {%- do feeds.append(feed) -%}
    {%- endfor -%}
    {{ return(feeds) }}
{% endmacro %}


{% macro union_entity() %}
    {#- The body of models/core/entities/union_<entity>: one branch per feed of the entity, an empty table of the right
        types where nobody feeds it. A staging model feeds its accepted rows. Column names and types are the model's own contract. -#}
    {%- set entity = model.name | replace('union_', '', 1) -%}
    {%- set feeds = entity_feeds(entity) -%}
    {%- for feed in feeds %}
    select
        '{{ feed.split('__')[0].split('_', 1)[1] }}' as source_system,
        {%- for column in model.columns.values() if column.name != 'source_system' %}
        cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ ref(feed) }}
    {{ "where row_status = 'accepted'" if feed.startswith('stg_') }}
    {% if not loop.last %}union all{% endif %}
    {%- else %}
    select
        {%- for column in model.columns.values() %}
        cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    where 1 = 0
    {%- endfor %}
{% endmacro %}
