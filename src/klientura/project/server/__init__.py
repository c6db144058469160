"""The running product: one supervisor over the database server, the web server and the worker."""
