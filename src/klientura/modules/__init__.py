"""Business modules, a stack: an upper one may use a lower one's public slots, never the reverse."""
