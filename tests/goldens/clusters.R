# CR2 where panels are unbalanced or clusters coarser than entities, and what leverage is made of.
source("common.R")
suppressMessages(library(clubSandwich))
head_line(c("plm", "clubSandwich"))
tell <- function(name, fit, cluster, slopes) {
  v <- vcovCR(fit, cluster = cluster, type = "CR2")
  t <- coef_test(fit, vcov = v, test = "Satterthwaite", coefs = slopes)
  say_all(paste0(name, ".b"), coef(fit)[slopes])
  say_all(paste0(name, ".CR2.se"), t$SE, slopes)
  say_all(paste0(name, ".CR2.df"), t$df_Satt, slopes)
}
data("EmplUK", package = "plm")
data("Produc", package = "plm")
data("Grunfeld", package = "plm")
uk <- lm(log(emp) ~ log(wage) + log(capital) + factor(firm) + factor(year), EmplUK)
tell("empluk.by_firm", uk, EmplUK$firm, c("log(wage)", "log(capital)"))
us <- lm(log(gsp) ~ log(pc) + log(emp) + factor(state) + factor(year), Produc)
tell("produc.by_state", us, Produc$state, c("log(pc)", "log(emp)"))
tell("produc.by_region", us, Produc$region, c("log(pc)", "log(emp)"))

# Leverage of each firm less one (its own dummy), partial leverage, estimate without the firm.
fm <- inv ~ value + capital + factor(firm) + factor(year)
full <- lm(fm, Grunfeld)
partial <- resid(lm(value ~ capital + factor(firm) + factor(year), Grunfeld))^2
for (f in unique(Grunfeld$firm)) {
  at <- Grunfeld$firm == f
  say(paste("leverage", f, sep = "."), sum(hatvalues(full)[at]) - 1)
  say(paste("partial.value", f, sep = "."), sum(partial[at]) / sum(partial))
  say_all(paste("without", f, sep = "."), coef(lm(fm, Grunfeld[!at, ]))[c("value", "capital")])
}
