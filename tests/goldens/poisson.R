# Poisson with firm and year dummies on Grunfeld (investment is no count: the quasi-likelihood is
# consistent all the same), errors clustered by firm without a factor and with clubSandwich's.
source("common.R")
suppressMessages({library(sandwich); library(clubSandwich)})
head_line(c("plm", "sandwich", "clubSandwich"))
data("Grunfeld", package = "plm")
slopes <- c("log(value)", "log(capital)")
tight <- glm.control(epsilon = 1e-14, maxit = 100)
for (effects in c("firm", "firm_year")) {
  fm <- if (effects == "firm") inv ~ log(value) + log(capital) + factor(firm)
        else inv ~ log(value) + log(capital) + factor(firm) + factor(year)
  fit <- glm(fm, quasipoisson, Grunfeld, control = tight)
  say_all(paste0(effects, ".b"), coef(fit)[slopes])
  say(paste0(effects, ".deviance"), deviance(fit))
  v <- vcovCL(fit, cluster = Grunfeld$firm, type = "HC0", cadjust = FALSE)
  say_all(paste0(effects, ".CR0.se"), sqrt(diag(v))[slopes])
  v <- vcovCL(fit, cluster = Grunfeld$firm, type = "HC0", cadjust = TRUE)
  say_all(paste0(effects, ".cadjust.se"), sqrt(diag(v))[slopes])
}
