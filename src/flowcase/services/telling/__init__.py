"""What people are told: notices, and the mails that bring them."""
