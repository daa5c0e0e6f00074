"""The evidence book: figures in, measures, models and claims between, pages out."""
