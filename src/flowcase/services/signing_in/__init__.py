"""Accounts, passwords, second factors, sessions, providers and programs."""
