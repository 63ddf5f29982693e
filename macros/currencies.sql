{% macro refuse_currencies_without_a_rate() %}
    {#- Post-hook of dim_exchange_rates: one error that names every currency in which an amount stands and that has no rate of the type
        that var fx_rate_type asks for. Without it such an amount would be missing somewhere below, without saying why. -#}
    {%- set uses = [] -%}
    {%- for entity in ('subscription_items', 'contracts', 'invoice_lines', 'costs') -%}
        {%- do uses.append("select '" ~ entity ~ "' as entity, currency from " ~ ref('union_' ~ entity)) -%}
    {%- endfor -%}
    {%- set rates = ref('union_fx_rates') -%}
    {%- if execute -%}
        {%- set found = [] -%}
        {%- for row in run_query(
            "select currency, entity, count(*) as amounts from (" ~ uses | join(' union all ') ~ ") as uses
            where currency <> '" ~ var('reporting_currency') ~ "' and currency not in (
                select currency from " ~ rates ~ " where rate_type = '" ~ policy('fx_rate_type') ~ "'
            ) group by currency, entity order by currency, entity"
        ) -%}
            {%- do found.append(row['currency'] ~ ' (' ~ row['amounts'] ~ ' of ' ~ row['entity'] ~ ')') -%}
        {%- endfor -%}
        {%- if found -%}
            {%- do exceptions.raise_compiler_error(
                'No exchange rate of type ' ~ policy('fx_rate_type') ~ ' for amounts in ' ~ found | join(', ')
                ~ '. Land it in files/fx_rates: the value of one unit in ' ~ var('reporting_currency') ~ '; or mend the currency.'
            ) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
