"""Background work: progress a person can watch, cancel, and resume after a crash."""
