"""Benchmark tasks and their runner: ``python -m benchmarks list``."""
