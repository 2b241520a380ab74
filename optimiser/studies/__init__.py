"""The questions: one file each. A study asks an open session many things and answers one."""
