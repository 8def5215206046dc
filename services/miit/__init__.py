"""The desk of the telecoms line 通信."""
