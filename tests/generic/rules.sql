{% test rules(model, key, unique=true, nullable_key=false, not_null=[], accepted_values={}, relationships={}, expressions={}) %}
    {#- A model's plain rules in one node; a failing row names its rule and its key.

        key              columns that identify a row: never null unless nullable_key, unique together unless unique=false
        not_null         further columns that are never null
        accepted_values  {column: [values]}; null passes
        relationships    {column: model} or {column: model.column}; null passes
        expressions      {rule: SQL condition that every row meets}; null fails -#}
    {%- set parts = [] -%}
    {%- for column in key -%}
        {%- do parts.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), 'NULL')") -%}
        {%- if not loop.last -%}{%- do parts.append("' | '") -%}{%- endif -%}
    {%- endfor -%}
    {%- set row_key = dbt.concat(parts) if parts | length > 1 else parts[0] -%}
    {%- set checks = [] -%}
    {%- for column in ([] if nullable_key else key) + not_null -%}
        {%- do checks.append(('not_null: ' ~ column, column ~ ' is null')) -%}
    {%- endfor -%}
    {%- for column, values in accepted_values.items() -%}
        {%- do checks.append(('accepted_values: ' ~ column, column ~ " not in ('" ~ values | join("', '") ~ "')")) -%}
    {%- endfor -%}
    {%- for name, condition in expressions.items() -%}
        {%- do checks.append((name, 'not coalesce(' ~ condition ~ ', false)')) -%}
    {%- endfor -%}
    {%- for name, condition in checks %}
    select '{{ name }}' as rule, {{ row_key }} as row_key, 1 as rows_failing from {{ model }} where {{ condition }}
    union all
    {%- endfor %}
    {%- for column, parent in relationships.items() %}
    select 'relationships: {{ column }}' as rule, {{ row_key }} as row_key, 1 as rows_failing from {{ model }} as child
    where child.{{ column }} is not null and not exists (
        select 1 from {{ ref(parent.split('.')[0]) }} as parent
        where parent.{{ parent.split('.')[1] if '.' in parent else column }} = child.{{ column }}
    )
    union all
    {%- endfor %}
    {%- if unique %}
    select 'unique: {{ key | join(', ') }}' as rule, {{ row_key }} as row_key, rows_failing
    from (
        select {{ key | join(', ') }}, cast(count(*) as integer) as rows_failing from {{ model }}
        group by {{ key | join(', ') }} having count(*) > 1
    ) as repeated
    {%- else %}
    select 'none' as rule, '' as row_key, 0 as rows_failing from {{ model }} where 1 = 0
    {%- endif %}
{% endtest %}
