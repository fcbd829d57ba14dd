"""Who does the work: teams, absences and deputies, rosters, and how the load lies."""
