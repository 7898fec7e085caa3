"""Everything Rollcall needs on one machine: PostgreSQL, Valkey, web, worker, beat and the simulators."""
