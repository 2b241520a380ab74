"""What is asked: a study file, its inputs, and what a sample of them does to the instance."""
