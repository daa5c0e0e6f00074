# Shared by every script here: where the output goes and how a number is written.
suppressMessages({
  library(plm)
  library(lmtest)
})
options(digits = 15, warn = 1)

say <- function(name, value) cat(sprintf("%s %.10g\n", gsub(" ", "_", name), as.numeric(value)), sep = "")
say_all <- function(prefix, values, names = base::names(values))
  for (i in seq_along(values)) say(paste(prefix, names[i], sep = "."), values[[i]])
head_line <- function(packages)
  cat("# ", R.version.string, paste0("; ", packages, " ",
      sapply(packages, function(p) as.character(packageVersion(p))), collapse = ""), "\n", sep = "")
