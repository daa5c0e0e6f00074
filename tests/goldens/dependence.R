# Common correlated effects, gaps, degrees of freedom of IPS and random effects with year dummies.
source("common.R")
head_line("plm")
data("Grunfeld", package = "plm")
data("Produc", package = "plm")
g <- pdata.frame(Grunfeld, index = c("firm", "year"))
p <- pdata.frame(Produc, index = c("state", "year"))
cobb <- log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp

for (model in c("p", "mg")) {
  for (set in c("produc", "grunfeld")) {
    fit <- if (set == "produc") pcce(cobb, p, model = model) else
      pcce(inv ~ value + capital, g, model = model)
    say_all(paste("cce", set, model, "b", sep = "."), coef(fit), names(coef(fit)))
    say_all(paste("cce", set, model, "se", sep = "."), sqrt(diag(vcov(fit))), names(coef(fit)))
  }
}

# Without some rows: every pair of firms over the years both have.
gaps <- pdata.frame(Grunfeld[-c(1:3, 25, 60:66, 111), ], index = c("firm", "year"))
within <- plm(inv ~ value + capital, gaps, model = "within")
for (test in c("cd", "rho", "absrho")) {
  say(paste0("gaps.", test), pcdtest(within, test = test)$statistic)
}
full <- plm(inv ~ value + capital, g, model = "within")
say("full.absrho", pcdtest(full, test = "absrho")$statistic)
random <- plm(inv ~ value + capital, gaps, model = "random")
say_all("gaps.re.b", coef(random), names(coef(random)))
say("gaps.hausman", phtest(within, random)$statistic)

# Residual variance of each Dickey-Fuller regression over its degrees of freedom.
wide <- data.frame(split(Grunfeld$inv, Grunfeld$firm), check.names = FALSE)
for (lags in 0:2) for (exo in c("intercept", "trend")) {
  t <- purtest(wide, test = "ips", exo = exo, lags = lags, dfcor = TRUE)
  say(paste("ips_df", exo, lags, "wtbar", sep = "."), t$statistic$statistic)
}

# One-way random effects with year dummies, and Hausman on the two slopes.
random <- plm(inv ~ value + capital + factor(year), g, model = "random")
fixed <- plm(inv ~ value + capital + factor(year), g, model = "within")
slopes <- c("value", "capital")
say_all("years.re.b", coef(random)[slopes], slopes)
say_all("years.re.se", sqrt(diag(vcov(random)))[slopes], slopes)
say("years.theta", ercomp(random)$theta)
gap <- coef(fixed)[slopes] - coef(random)[slopes]
spread <- vcov(fixed)[slopes, slopes] - vcov(random)[slopes, slopes]
say("years.hausman", gap %*% solve(spread) %*% gap)

# Regression form of the Hausman test; plm cannot read log() in names there.
logs <- transform(Produc, gsp = log(gsp), pcap = log(pcap), pc = log(pc), emp = log(emp))
t <- phtest(gsp ~ pcap + pc + emp + unemp, pdata.frame(logs, index = c("state", "year")),
            method = "aux", vcov = vcovHC)
say("hausman_robust.produc", t$statistic)
