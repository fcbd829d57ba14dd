"""For auditors and leaders: one case, everything, exports and indicators."""
