"""How each method is applied to a simulated panel, one module per area."""
