"""The installation: whose company this is, its language, currency and time zone; versions that caches obey."""
