"""Mutation: small faults put into the modules where an error costs most, to see whether the tests notice.

python -m market_platform_tests.mutation --seed 0 --sample 60 --page docs/quality.md
"""
