"""The studio: files edited, checked, tried, played, reviewed, deployed, and what follows for what runs."""
