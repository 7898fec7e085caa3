"""five(9)s Console over Ivanti EPM, Device API."""
