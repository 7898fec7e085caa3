"""Cases that administrators of inventories reported in public, each with further members of its class, from the vendor's JSON to the page."""
