# Data sets the Python tests read; written to data/ as CSV.
source("common.R")
head_line("plm")
data("Produc", package = "plm")
data("EmplUK", package = "plm")
write.csv(Produc, "data/Produc.csv", row.names = FALSE, quote = FALSE)
write.csv(EmplUK, "data/EmplUK.csv", row.names = FALSE, quote = FALSE)
say("rows.Produc", nrow(Produc))
say("rows.EmplUK", nrow(EmplUK))
