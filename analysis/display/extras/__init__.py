"""What single chapters show beside their claims, one module a question."""
