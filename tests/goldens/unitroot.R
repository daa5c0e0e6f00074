# Unit roots, cross-section dependence and panel Granger tests on Grunfeld.
source("common.R")
head_line("plm")
data("Grunfeld", package = "plm")
g <- pdata.frame(Grunfeld, index = c("firm", "year"))
wide <- data.frame(split(Grunfeld$inv, Grunfeld$firm), check.names = FALSE)

t <- pcdtest(inv ~ value + capital, data = g)
say("cd.by_firm", t$statistic)
say("cd.by_firm.p", t$p.value)
within <- plm(inv ~ value + capital, g, model = "within")
twoways <- plm(inv ~ value + capital, g, model = "within", effect = "twoways")
for (m in c("within", "twoways")) {
  t <- pcdtest(get(m), test = "cd")
  say(paste0("cd.", m), t$statistic)
  say(paste0("cd.", m, ".p"), t$p.value)
}
t <- pcdtest(g$inv, test = "cd")
say("cd.series", t$statistic)

for (lags in 0:2) for (exo in c("intercept", "trend")) {
  t <- purtest(wide, test = "ips", exo = exo, lags = lags)
  say(paste("ips", exo, lags, "wtbar", sep = "."), t$statistic$statistic)
  say(paste("ips", exo, lags, "p", sep = "."), t$statistic$p.value)
  say_all(paste("ips", exo, lags, "t", sep = "."), vapply(t$idres, function(r) r$trho, 0), names(t$idres))
}
for (test in c("madwu", "levinlin", "hadri")) {
  # plm takes MacKinnon's 1996 p-values when package urca is there; ask for those of 1994.
  t <- switch(test,
    hadri = purtest(wide, test = test, exo = "intercept"),
    madwu = purtest(wide, test = test, exo = "intercept", lags = 1, p.approx = "MacKinnon1994"),
    levinlin = purtest(wide, test = test, exo = "intercept", lags = 1))
  say(paste0(test, ".intercept.1"), t$statistic$statistic)
  say(paste0(test, ".intercept.1.p"), t$statistic$p.value)
}
# plm counts the differenced lag of the test equation as lag 1, and lags = 0 gives the same.
for (type in c("none", "drift", "trend")) for (lags in 1:2) {
  t <- suppressWarnings(cipstest(g$inv, lags = lags, type = type, model = "cmg"))
  say(paste("cips", type, lags, sep = "."), t$statistic)
  say(paste("cips", type, lags, "p", sep = "."), t$p.value)
  say_all(paste("cips", type, lags, "t", sep = "."),
          vapply(t$tmods, function(m) summary(m)$coefficients[2, 3], 0), seq_along(t$tmods))
}
for (type in c("drift", "trend")) {
  t <- suppressWarnings(cipstest(g$inv, lags = 1, type = type, model = "cmg", truncated = TRUE))
  say(paste("cips_truncated", type, 1, sep = "."), t$statistic)
}
for (order in 1:2) for (test in c("Zbar", "Ztilde", "Wbar")) {
  t <- pgrangertest(inv ~ value, data = g, order = order, test = test)
  say(paste("granger", test, order, sep = "."), t$statistic)
  if (!is.null(t$p.value)) say(paste("granger", test, order, "p", sep = "."), t$p.value)
}
t <- pgrangertest(inv ~ value, data = g, order = 1)
say_all("granger.chisq.1", t$indgranger$Chisq, t$indgranger$firm)
