"""What the scripts that make the shipped instances share, and what each of them measures and judges."""
