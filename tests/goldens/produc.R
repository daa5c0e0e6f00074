# Produc, 48 states, 1970-86: within, random effects, clustered errors, Pesaran CD.
source("common.R")
head_line(c("plm", "lmtest"))
data("Produc", package = "plm")
fm <- log(gsp) ~ log(pcap) + log(pc) + log(emp) + unemp
slopes <- c("log(pcap)", "log(pc)", "log(emp)", "unemp")
p <- pdata.frame(Produc, index = c("state", "year"))
fe <- plm(fm, p, model = "within")
tw <- plm(fm, p, model = "within", effect = "twoways")
re <- plm(fm, p, model = "random")
for (m in c("fe", "tw", "re")) {
  s <- coef(summary(get(m)))
  say_all(paste0(m, ".b"), s[, 1], rownames(s))
  say_all(paste0(m, ".se"), s[, 2], rownames(s))
  say_all(paste0(m, ".sss"), sqrt(diag(vcovHC(get(m), method = "arellano", type = "sss")))[slopes])
}
say("re.theta", re$ercomp$theta)
h <- phtest(fm, p)
say("hausman.chisq", h$statistic)
say("hausman.p", h$p.value)
for (lag in 1:3) say_all(paste0("dk.fe.HC0.lag", lag),
                         sqrt(diag(vcovSCC(fe, type = "HC0", maxlag = lag)))[slopes])
for (m in c("fe", "tw")) for (test in c("cd", "lm", "sclm", "rho")) {
  t <- pcdtest(get(m), test = test)
  say(paste(m, test, sep = "."), t$statistic)
  if (!is.null(t$p.value)) say(paste(m, test, "p", sep = "."), t$p.value)
}
