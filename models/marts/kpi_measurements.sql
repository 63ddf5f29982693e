{{ kpi_union(var('kpis')) }}
