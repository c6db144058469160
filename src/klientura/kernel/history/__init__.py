"""What happened to a record, told with the reader's rights; and how an operation is taken back."""
