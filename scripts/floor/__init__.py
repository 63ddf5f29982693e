"""The same answers by plain hand-written DuckDB SQL, without dbt, layers, tests or history: what `make bench` measures against."""
