"""What turns the kernel and the modules into a running product: settings, addresses, processes, command line."""
