"""What the reader follows, keeps at hand and opened last, and what they are told."""
