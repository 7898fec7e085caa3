"""Simulated vendors on real sockets, for tests, demonstrations and benchmarks. See sandbox/README.md."""
