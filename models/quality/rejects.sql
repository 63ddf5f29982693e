{% for model, source_name, table in staging_models() -%}
select
    '{{ source_name }}' as source_name,
    '{{ table }}' as raw_table,
    row_status,
    reject_reason,
    raw_record,
    raw_file
from {{ ref(model) }}
where row_status in ('rejected', 'duplicate') and reject_reason is not null
{{ 'union all' if not loop.last }}
{% endfor %}
