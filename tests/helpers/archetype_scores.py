"""What the archetype's decisions are worth: pooled, held to account, and responding where they are local."""

SCORES = {"I1": (0.9, 0.5, 0.4), "I2": (0.8, 0.7, 0.3), "P1": (0.1, 0.2, 0.9), "P2": (0.2, 0.1, 0.8),
          "O1": (0.1, 0.9, 0.3), "O2": (0.1, 0.6, 0.5)}  # fmt: skip
