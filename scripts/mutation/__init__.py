"""Mutation testing of the models: see scripts/mutate.py and docs/decisions/0019-mutation.md."""
