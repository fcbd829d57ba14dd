"""What a form offers and where its values come from and go to."""
