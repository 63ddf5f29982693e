with kpi_values as (

    select * from {{ ref('kpi_values') }}

),

catalog as (

    select * from {{ ref('kpi_catalog') }}

),

build as (

    select * from {{ ref('build') }}

)

select
    kpi_values.*,
    build.build_id,
    build.as_of
from kpi_values
inner join catalog on kpi_values.kpi_id = catalog.kpi_id
cross join build
where kpi_values.segment_type <> 'customer' or catalog.unit = 'currency'
