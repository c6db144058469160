"""Where records live: the SQL compiler that cannot forget the reader's scope, and the one write path."""
