"""Tables from and to files: CSV, XLSX, XLS, ODS and vCard behind one interface."""
