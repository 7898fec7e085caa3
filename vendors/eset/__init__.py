"""ESET Connect, the cloud API of ESET PROTECT. Quirks and limits: docs/vendors/eset.md."""
