"""Methods on which no verdict and no chapter rests.

Readers of panel studies ask for them by name: random effects and the Hausman test, panel unit
roots, GMM, Granger tests, instruments, Driscoll-Kraay errors, the dose of an event. Each has its
certificate and stands on the page of methods beside the reason why no claim is put to it. They are
reached as `analysis.inference.random_effects` and so on; nothing outside this room imports them but
the certificates.
"""
