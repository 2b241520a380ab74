"""path: how the balance moves over the years, with foresight and without."""
