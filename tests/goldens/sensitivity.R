# Two-stage least squares, a channel and a Poisson regression: plm's Crime (90 counties of North
# Carolina, 1981-87; Cornwell and Trumbull 1994) and sandwich's InstInnovation (803 firms, 1991-99;
# Aghion, Van Reenen and Zingales 2013). Crime is written out with ten digits and read back, so that
# both sides see the same figures.
source("common.R")
suppressMessages({library(plm); library(sandwich)})
head_line(c("plm", "sandwich"))
data("Crime", package = "plm")
columns <- c("lcrmrte", "lpolpc", "lprbarr", "ldensity", "ltaxpc", "lmix")
out <- data.frame(Crime[, c("county", "year")], signif(as.matrix(Crime[, columns]), 10))
write.csv(out, "data/Crime.csv", row.names = FALSE, quote = FALSE)
d <- read.csv("data/Crime.csv")
within <- function(formula, effect, data = d)
  plm(formula, data, index = c("county", "year"), model = "within", effect = effect)
CR0 <- function(fit) vcovHC(fit, method = "arellano", type = "HC0")
tell <- function(name, fit) {
  say_all(paste0(name, ".b"), coef(fit))
  say_all(paste0(name, ".CR0.se"), sqrt(diag(CR0(fit))))
}
wald <- function(fit, names) {
  b <- coef(fit)[names]
  c(t(b) %*% solve(CR0(fit)[names, names]) %*% b) / length(names)
}

one <- lcrmrte ~ lpolpc + lprbarr + ldensity | . - lpolpc + ltaxpc
both <- lcrmrte ~ lpolpc + lprbarr + ldensity | . - lpolpc + ltaxpc + lmix
tell("iv.county", within(one, "individual"))
tell("iv.two_way", within(one, "twoways"))
tell("iv.two_way.over", within(both, "twoways"))
tell("iv.first", within(lpolpc ~ lprbarr + ldensity + ltaxpc, "twoways"))
tell("iv.reduced", within(lcrmrte ~ lprbarr + ldensity + ltaxpc, "twoways"))
first <- within(lpolpc ~ lprbarr + ldensity + ltaxpc + lmix, "twoways")
say("iv.first.over.CR0.F", wald(first, c("ltaxpc", "lmix")))
for (beta in c(-2, 0.5, 3)) {
  d$rest <- d$lcrmrte - beta * d$lpolpc
  fit <- within(rest ~ lprbarr + ldensity + ltaxpc + lmix, "twoways")
  say(paste0("iv.AR.CR0.", beta), wald(fit, c("ltaxpc", "lmix")))
}

m_on_x <- within(lpolpc ~ lprbarr + ldensity, "twoways")
y_on_x <- within(lcrmrte ~ lprbarr + ldensity, "twoways")
tell("channel.m_on_x", m_on_x)
tell("channel.y_on_x", y_on_x)
tell("channel.y_on_both", within(lcrmrte ~ lprbarr + ldensity + lpolpc, "twoways"))
say("channel.rho", cor(as.numeric(residuals(m_on_x)), as.numeric(residuals(y_on_x))))

data("InstInnovation", package = "sandwich")
fm <- cites ~ institutions + log(capital/employment) + log(sales) + industry + year
fit <- glm(fm, poisson, InstInnovation, control = glm.control(epsilon = 1e-14, maxit = 100))
slopes <- c("institutions", "log(capital/employment)", "log(sales)")
say_all("poisson.b", coef(fit)[slopes])
say("poisson.parameters", length(coef(fit)))
v <- vcovCL(fit, cluster = ~ company, type = "HC0", cadjust = TRUE)
say_all("poisson.cadjust.se", sqrt(diag(v))[slopes])
v <- vcovCL(fit, cluster = ~ company, type = "HC1", cadjust = TRUE)
say_all("poisson.HC1.se", sqrt(diag(v))[slopes])
