"""Putting files into force: deployments and the checks of rule sets and scenarios."""
