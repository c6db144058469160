"""Calendars and address books for phones and desktop programs, by CalDAV and CardDAV."""
