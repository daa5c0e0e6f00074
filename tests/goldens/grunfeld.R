# Grunfeld: within, random effects, Hausman, clustered and Driscoll-Kraay errors, CR0 to CR3.
source("common.R")
suppressMessages(library(clubSandwich))
head_line(c("plm", "lmtest", "sandwich", "clubSandwich"))
data("Grunfeld", package = "plm")
fm <- inv ~ value + capital
slopes <- c("value", "capital")
se <- function(v) sqrt(diag(v))[slopes]

fe <- plm(fm, Grunfeld, effect = "individual", model = "within")
tw <- plm(fm, Grunfeld, effect = "twoways", model = "within")
re <- plm(fm, Grunfeld, model = "random")
pooled <- plm(fm, Grunfeld, model = "pooling")
for (m in c("fe", "tw", "re")) {
  s <- coef(summary(get(m)))
  say_all(paste0(m, ".b"), s[, 1], rownames(s))
  say_all(paste0(m, ".se"), s[, 2], rownames(s))
}
say("re.theta", re$ercomp$theta)
say("re.sigma2_idios", re$ercomp$sigma2["idios"])
say("re.sigma2_entity", re$ercomp$sigma2["id"])
h <- phtest(fm, Grunfeld)
say("hausman.chisq", h$statistic)
say("hausman.p", h$p.value)
h <- phtest(fm, Grunfeld, method = "aux", vcov = vcovHC)
say("hausman_robust.chisq", h$statistic)
say("hausman_robust.p", h$p.value)

for (m in c("fe", "tw")) for (type in c("HC0", "HC1", "sss"))
  say_all(paste("cluster", m, type, sep = "."),
          se(vcovHC(get(m), method = "arellano", type = type, cluster = "group")))
for (m in c("fe", "tw")) for (lag in 1:4)
  say_all(paste0("dk.", m, ".HC0.lag", lag), se(vcovSCC(get(m), type = "HC0", maxlag = lag)))
for (type in c("HC1", "sss")) say_all(paste0("dk.fe.", type, ".lag2"),
                                      se(vcovSCC(fe, type = type, maxlag = 2)))
say_all("dk.pooling.HC0.default", sqrt(diag(vcovSCC(pooled, type = "HC0"))))

# Full dummies (the design behind the figures in elsewhere.txt) ...
full <- lm(inv ~ value + capital + factor(firm) + factor(year), Grunfeld)
# ... the same fit with only the firm effects taken out beforehand ...
part <- Grunfeld
for (v in c("inv", slopes)) part[[v]] <- part[[v]] - ave(part[[v]], part$firm)
years <- model.matrix(~ factor(year), part)[, -1]
years <- apply(years, 2, function(d) d - ave(d, part$firm))
colnames(years) <- paste0("y", seq_len(ncol(years)))
part <- cbind(part, years)
formula_part <- reformulate(c("0", slopes, colnames(years)), "inv")
nested <- lm(formula_part, part)
# ... and with both taken out (Grunfeld is balanced, so two passes are exact).
both <- part
for (v in c("inv", slopes)) both[[v]] <- both[[v]] - ave(both[[v]], both$year)
within <- lm(inv ~ 0 + value + capital, both)
# A plm object: clubSandwich takes the effects out by itself.
fits <- list(dummies = full, firms_out = nested, both_out = within, plm = tw)
for (f in names(fits)) for (type in c("CR0", "CR1", "CR1S", "CR2", "CR3")) {
  v <- try(vcovCR(fits[[f]], cluster = Grunfeld$firm, type = type), silent = TRUE)
  if (inherits(v, "try-error")) { cat("#", f, type, "failed\n"); next }
  say_all(paste("club", f, type, "se", sep = "."), se(v))
  t <- coef_test(fits[[f]], vcov = v, test = "Satterthwaite", coefs = slopes)
  df <- if ("df_Satt" %in% names(t)) t$df_Satt else t$df
  say_all(paste("club", f, type, "df", sep = "."), df, slopes)
}
# One-way: firm effects only, so that nothing but the nested effects is absorbed.
one <- lm(inv ~ value + capital + factor(firm), Grunfeld)
part1 <- lm(inv ~ 0 + value + capital, part)
firm_effects <- list(dummies = one, firms_out = part1)
for (f in names(firm_effects)) for (type in c("CR2", "CR3")) {
  v <- try(vcovCR(firm_effects[[f]], cluster = Grunfeld$firm, type = type), silent = TRUE)
  if (inherits(v, "try-error")) { cat("# firm effects only,", f, type, "failed: singular\n"); next }
  say_all(paste("club_one_way", f, type, "se", sep = "."), se(v))
  t <- coef_test(firm_effects[[f]], vcov = v, test = "Satterthwaite", coefs = slopes)
  say_all(paste("club_one_way", f, type, "df", sep = "."), t$df_Satt, slopes)
}
