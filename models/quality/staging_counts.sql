{% for model, source_name, table in staging_models() -%}
select
    '{{ model }}' as model,
    '{{ source_name }}' as source_name,
    '{{ table }}' as raw_table,
    (select count(*) from {{ source(source_name, table) }}) as raw_rows,
    count(*) as staged_rows,
    count(case when row_status = 'accepted' then 1 end) as accepted_rows,
    count(case when row_status = 'rejected' then 1 end) as rejected_rows,
    count(case when row_status = 'duplicate' then 1 end) as duplicate_rows,
    count(case when row_status = 'deleted' then 1 end) as deleted_rows
from {{ ref(model) }}
{{ 'union all' if not loop.last }}
{% endfor %}
