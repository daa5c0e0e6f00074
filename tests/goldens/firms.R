# Citations and institutional owners: sandwich's InstInnovation (803 firms, 1991-99; Aghion, Van Reenen
# and Zingales 2013). Columns 3 to 5 of their Table I as ?InstInnovation writes them, then the same
# with kinds of owners and with firm effects. Errors: HC0 with cadjust = G/(G-1), by firm and by industry.
source("common.R")
suppressMessages(library(sandwich))
head_line("sandwich")
data("InstInnovation", package = "sandwich")
d <- InstInnovation
d$lkl <- log(d$capital / d$employment)
d$lsales <- log(d$sales)
d$lrandd <- ifelse(d$randd > 0, log(d$randd), 0)
d$lprecites <- log(d$precites)
say("rows", nrow(d)); say("firms", nlevels(d$company)); say("industries", nlevels(d$industry))
say("zero_cites", sum(d$cites == 0)); say("with_owners", sum(!is.na(d$dedicated)))

tell <- function(name, fit, frame, slopes) {
  say_all(paste0(name, ".b"), coef(fit)[slopes])
  for (by in c("company", "industry")) {
    v <- vcovCL(fit, cluster = droplevels(frame[[by]]), type = "HC0", cadjust = TRUE)
    say_all(paste(name, by, "se", sep = "."), sqrt(diag(v))[slopes])
  }
}
count <- function(right, frame) {
  frame <- droplevels(frame)
  f <- as.formula(paste("cites ~", right))
  glm(f, poisson, frame, control = glm.control(epsilon = 1e-14, maxit = 200))
}
base <- "institutions + lkl + lsales"
rd <- "lrandd + drandd"
pre <- "dprecites + lprecites"

positive <- droplevels(d[d$cites > 0, ])
ols <- lm(log(cites) ~ institutions + lkl + lsales + industry + year, positive)
tell("ols", ols, positive, "institutions")
tell("col3", count(paste(base, "+ industry + year"), d), d, "institutions")
tell("col4", count(paste(base, rd, "industry + year", sep = " + "), d), d, "institutions")
tell("col5", count(paste(base, rd, pre, "industry + year", sep = " + "), d), d, "institutions")

# A level whose counts are all zero informs no slope and has no finite coefficient: left out.
informed <- function(frame, by) {
  total <- tapply(frame$cites, frame[[by]], sum)
  droplevels(frame[total[as.character(frame[[by]])] > 0, ])
}
firms <- informed(d, "company")
say("firm.n", nrow(firms))
tell("firm", count(paste(base, rd, "company + year", sep = " + "), firms), firms, "institutions")

kinds <- c("dedicated", "transient", "quasiindexed")
owners <- informed(d[!is.na(d$dedicated), ], "industry")
say("owners.n", nrow(owners))
right <- paste(c(kinds, "lkl", "lsales", rd, pre), collapse = " + ")
fit <- count(paste(right, "+ industry + year"), owners)
tell("owners", fit, owners, kinds)
v <- vcovCL(fit, cluster = owners$company, type = "HC0", cadjust = TRUE)[kinds, kinds]
say("owners.dedicated_less_transient.se", sqrt(c(1, -1, 0) %*% v %*% c(1, -1, 0)))
within <- informed(d[!is.na(d$dedicated), ], "company")
say("owners_firm.n", nrow(within))
right <- paste(c(kinds, "lkl", "lsales", rd), collapse = " + ")
tell("owners_firm", count(paste(right, "+ company + year"), within), within, kinds)
# All institutions together on the rows whose kinds of owners are known.
tell("firm_kinds", count(paste(base, rd, "company + year", sep = " + "), within), within, "institutions")
