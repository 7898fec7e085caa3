"""OPSWAT MetaDefender IT Access, device list v2.3."""
