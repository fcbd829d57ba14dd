"""The process owners' studio: files and drafts, reviews, plays, trials and simulations."""
