{#- Tables and views are rebuilt in place, in one transaction: readers see the old one until the new one is whole, and an error leaves it;
   only where a table becomes a view, or a view a table, the old one goes first.
   dbt-duckdb's own materializations build beside it, ask after indexes and foreign keys, rename twice and drop: for tables of no
   size that takes longer than all else that dbt does. -#}

{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
    {{ return(rebuilt_in_place('table')) }}
{% endmaterialization %}


{% materialization view, adapter='duckdb' %}
    {{ return(rebuilt_in_place('view')) }}
{% endmaterialization %}


{% macro rebuilt_in_place(type) %}
    {%- set existing = load_cached_relation(this) -%}
    {%- set relation = this.incorporate(type=type) -%}
    {%- if existing and existing.type != type -%}
        {%- do adapter.drop_relation(existing) -%}
        {%- set existing = none -%}
    {%- endif -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') %}
        {% if existing %}drop {{ type }} {{ existing }};{% endif %}
        create {{ type }} {{ relation }} as (
            {{ compiled_code }}
        );
    {% endcall %}
    {#- Held against what was made: the model's own statement would be planned once more. -#}
    {%- if config.get('contract').enforced %}{% do get_assert_columns_equivalent('select * from ' ~ relation) %}{% endif -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{% endmacro %}
