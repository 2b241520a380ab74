"""What England did with its decisions in the pandemic, by two readers, and how a model is held to it."""
