"""JSON documents that people write: read strictly, every fault with its path, and written in one way. Pure."""
