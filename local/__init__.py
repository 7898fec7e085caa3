"""The local stack: PostgreSQL, Valkey, web, worker, beat and the simulators on one machine."""
