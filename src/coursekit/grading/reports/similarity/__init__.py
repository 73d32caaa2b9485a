"""Which submissions share passages that few others wrote: winnowing (Schleimer, Wilkerson & Aiken 2003).

A reason to look, never a proof. See docs/decisions/0015 for why this is our own and what it does differently.
"""
