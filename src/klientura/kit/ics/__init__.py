"""iCalendar (RFC 5545) and its letters (RFC 5546): entries of a calendar as texts that other programs read, and back."""
