"""For who keeps the installation running: what runs, waits, failed, is suspended or ended."""
