"""What auditors and leaders ask of everything: histories, exports, indicators, access reports."""
