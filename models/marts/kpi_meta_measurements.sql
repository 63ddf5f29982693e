{{ kpi_union(var('meta_kpis')) }}
