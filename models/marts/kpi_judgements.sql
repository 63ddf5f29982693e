{{ kpi_judged(ref('kpi_measurements')) }}
