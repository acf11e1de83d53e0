"""The analyst dashboard: pages over the core library."""
