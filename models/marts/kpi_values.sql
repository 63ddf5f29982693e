with judgements as (select * from {{ ref('kpi_judgements') }}),

meta_judgements as (
    {{ kpi_judged(ref('kpi_meta_measurements')) | indent(4) }}
)

select * from judgements
union all
select * from meta_judgements
