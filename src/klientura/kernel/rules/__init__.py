"""When something happens to records, and they are such, then this is done with them: rules that administrators write."""
