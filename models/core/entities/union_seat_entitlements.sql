{{ union_entity() }}
