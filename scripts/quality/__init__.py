"""Gates between layers, publishing and the notes that both leave: what runs inside dbt's own DuckDB connection."""
