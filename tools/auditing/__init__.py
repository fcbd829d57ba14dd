"""What `make audit` looks at: advisories, licences, a bill of materials, secrets in the repository."""
