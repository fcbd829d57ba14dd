"""Values of forms: read, converted, validated, and what is said about them."""
