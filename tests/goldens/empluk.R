# EmplUK: Arellano-Bond one-step and two-step, with and without robust errors; system GMM.
source("common.R")
head_line("plm")
data("EmplUK", package = "plm")
# "lag(log(emp), 1:2)2" becomes emp.2 and "log(capital)" capital.0
short <- function(name) {
  name <- sub("^lag\\(log\\((\\w+)\\), ([0-9]+)\\)$", "\\1.\\2", name)
  name <- sub("^lag\\(log\\((\\w+)\\), [0-9:]+\\)([0-9]+)$", "\\1.\\2", name)
  sub("^log\\((\\w+)\\)$", "\\1.0", name)
}
tell <- function(name, fit) {
  for (robust in c(TRUE, FALSE)) {
    s <- summary(fit, robust = robust)
    if (robust) say_all(paste0(name, ".b"), s$coefficients[, 1], short(rownames(s$coefficients)))
    kind <- if (robust) "robust" else "plain"
    say_all(paste(name, kind, "se", sep = "."), s$coefficients[, 2], short(rownames(s$coefficients)))
    say(paste(name, kind, "ar1", sep = "."), s$m1$statistic)
    say(paste(name, kind, "ar2", sep = "."), s$m2$statistic)
  }
  t <- sargan(fit)
  say(paste0(name, ".sargan"), t$statistic)
  say(paste0(name, ".sargan_df"), t$parameter)
  say(paste0(name, ".instruments"), ncol(fit$W[[1]]))
  say(paste0(name, ".rows"), sum(vapply(residuals(fit), function(r) sum(r != 0), 0)))
}
ab <- log(emp) ~ lag(log(emp), 1:2) + lag(log(wage), 0:1) + lag(log(capital), 0:2) +
  lag(log(output), 0:2) | lag(log(emp), 2:99)
ab91 <- log(emp) ~ lag(log(emp), 1:2) + lag(log(wage), 0:1) + log(capital) +
  lag(log(output), 0:1) | lag(log(emp), 2:99)
bb <- log(emp) ~ lag(log(emp), 1) + lag(log(wage), 0:1) + lag(log(capital), 0:1) |
  lag(log(emp), 2:99) + lag(log(wage), 2:99) + lag(log(capital), 2:99)
for (steps in c("onestep", "twosteps")) {
  tell(paste0("difference.", steps),
       pgmm(ab, EmplUK, effect = "twoways", model = steps, transformation = "d"))
  tell(paste0("difference91.", steps),
       pgmm(ab91, EmplUK, effect = "twoways", model = steps, transformation = "d"))
  tell(paste0("difference.collapse.", steps),
       pgmm(ab, EmplUK, effect = "twoways", model = steps, transformation = "d", collapse = TRUE))
  tell(paste0("system.", steps),
       pgmm(bb, EmplUK, effect = "twoways", model = steps, transformation = "ld"))
}
