"""Cases: their pages, documents and access reports, and how a notification or a flow begins."""
