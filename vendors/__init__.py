"""Vendor integrations: one folder per vendor behind one interface. Plain Python: no Django, no Celery, no Redis."""
