"""What single chapters and pages of this study explore besides the claims of the ledger."""
