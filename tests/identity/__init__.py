"""Judge of identity resolution: generated fleets whose records belong to known machines, independent of the matcher's code and tables.

rules.md says which pairs of records are provable; provable.py derives them; fleet.py generates the machines; feed.py gives the records to
the product and reads back the devices.
"""
