"""The command line: one file per command, one message in two languages per code."""
