# Turning points, thresholds, local projections, distributed lags and long differences on Grunfeld.
# Prints under headings rather than by name; tests/inference/form types the figures with their call.
suppressMessages({library(plm);library(sandwich)})
options(digits=12); data(Grunfeld,package="plm"); g<-Grunfeld; g$firm<-factor(g$firm); g$yr<-factor(g$year)
cr <- function(m,cl,K){ G<-length(unique(cl)); n<-nobs(m); vcovCL(m,cluster=cl,type="HC0",cadjust=FALSE)*G/(G-1)*(n-1)/(n-K)}
cat("== u\n")
g$c<-g$value-mean(g$value); g$c2<-g$c^2
m<-lm(inv~c+c2+capital+firm+yr,g); V<-cr(m,g$firm,23)[2:3,2:3]; b<-coef(m)[2:3]
slope<-function(x){d<-2*(x-mean(g$value)); c(b[1]+d*b[2], sqrt(V[1,1]+2*d*V[1,2]+d^2*V[2,2]))}
lo<-slope(min(g$value)); hi<-slope(max(g$value)); print(b); print(sqrt(diag(V))); print(lo); print(hi)
turn<-mean(g$value)-b[1]/(2*b[2]); print(turn)
tt<-function(x){s<-slope(x); s[1]/s[2]}; crit<-qt(.975,9); print(c(tlo=tt(min(g$value)),thi=tt(max(g$value))))
xs<-seq(-40000,40000,by=1); z<-sapply(xs,function(x)abs(tt(x))-crit); s<-which(diff(sign(z))!=0); print(xs[s]); print(sapply(s,function(i)uniroot(function(x)abs(tt(x))-crit,c(xs[i],xs[i+1]),tol=1e-12)$root))
print(if(b[2]>0) max(pt(lo[1]/lo[2],9),1-pt(hi[1]/hi[2],9)) else max(1-pt(lo[1]/lo[2],9),pt(hi[1]/hi[2],9)))
cat("== u logs\n")
# a case with interior turn: capital
g$k<-g$capital-mean(g$capital); g$k2<-g$k^2
m<-lm(inv~k+k2+value+firm+yr,g); V<-cr(m,g$firm,23)[2:3,2:3]; b<-coef(m)[2:3]; print(b); print(sqrt(diag(V))); print(mean(g$capital)-b[1]/2/b[2]); print(range(g$capital))
cat("== threshold\n")
thr<-function(d,f0,sw,q,eff,rank){ v<-sort(unique(d[[q]])); sh<-sapply(v,function(x)mean(d[[q]]<=x)); v<-v[sh>=.1&sh<=.9]
 S0<-deviance(lm(as.formula(paste("inv~",f0,"+",eff)),d)); S<-sapply(v,function(x){d$lo<-d[[sw]]*(d[[q]]<=x);deviance(lm(as.formula(paste("inv~",f0,"+lo+",eff)),d))})
 i<-which.min(S); dof<-nrow(d)-rank; F<-(S0-S[i])/(S[i]/dof); LR<-(S-S[i])/(S[i]/dof); ok<-v[LR<= -2*log(1-sqrt(.95))]
 print(c(n=length(v),gamma=v[i],S0=S0,S1=S[i],F=F,lo=min(ok),hi=max(ok)))
 d$lo<-d[[sw]]*(d[[q]]<=v[i]); d$hi<-d[[sw]]*(d[[q]]>v[i]); m<-lm(as.formula(paste("inv~lo+hi+",eff, if (f0!=sw) paste("+",gsub(paste0(sw,"\\+"),"",f0)) else "")),d); K<-length(coef(m))-nlevels(factor(d$firm))+1; V<-cr(m,d$firm,K)[2:3,2:3]; print(K);print(coef(m)[2:3]); print(sqrt(diag(V))); print(c(diff(coef(m)[2:3]),sqrt(V[1,1]+V[2,2]-2*V[1,2])))}
thr(g,"value","value","capital","firm+yr",29)
thr(g,"value+capital","value","capital","firm+yr",29)
thr(g,"value","value","capital","firm",10)
u<-g[!(g$firm==3&g$year<1938)&!(g$firm==7&g$year>1950)&!(g$firm==10&g$year==1944),]
thr(u,"value","value","capital","firm+yr",29)
cat("== lp\n")
d<-g[order(g$firm,g$year),]; st<-NULL
for(h in 0:2){ e<-d; e$y<-ave(d$inv,d$firm,FUN=function(z)c(z[(1+h):20],rep(NA,h))); e<-droplevels(e[e$year<=1952,]); e$h<-h
 e$ry<-resid(lm(y~capital+firm+yr,e)); e$rv<-resid(lm(value~capital+firm+yr,e)); st<-rbind(st,e)}
st$h<-factor(st$h); M<-lm(ry~0+h:rv,st); print(coef(M))
C<-vcovCL(M,cluster=st$firm,type="HC0",cadjust=FALSE)*10/9*179/(180-20); print(C); print(sqrt(diag(C)))
w<-c(-.5,-.5,1); print(c(sum(w*coef(M)),sqrt(t(w)%*%C%*%w)))
cat("== dl\n")
d$l1<-ave(d$value,d$firm,FUN=function(z)c(NA,z[-20])); d$l2<-ave(d$l1,d$firm,FUN=function(z)c(NA,z[-20])); e<-d[d$year>=1937,]
m<-lm(inv~value+l1+l2+capital+firm+yr,e); b<-coef(m)[2:4]; V<-cr(m,e$firm,4+18)[2:4,2:4]; S<-sum(b); M2<-sum(0:2*b)/S; gr<-sapply(1:3,function(i){e<-1e-6*c(1:3==i); (sum(0:2*(b+e))/sum(b+e)-sum(0:2*(b-e))/sum(b-e))/2e-6}); print(b); print(c(S,sqrt(sum(V)),M2,sqrt(t(gr)%*%V%*%gr)))
tot<-function(s)sum(coef(lm(inv~value+l1+l2+capital+firm+yr,droplevels(s)))[2:4])
f<-tot(e); w<-sapply(1:10,function(i)tot(e[e$firm!=i,])); print(c(f,sqrt(9/10*sum((w-f)^2))))
cat("== ld\n")
f<-aggregate(cbind(inv,value,capital)~firm,d[d$year<=1938,],mean); l<-aggregate(cbind(inv,value,capital)~firm,d[d$year>=1951,],mean); D<-l; D[,2:4]<-l[,2:4]-f[,2:4]
m<-lm(inv~value+capital,D); print(coef(m)[2:3]); print(sqrt(diag(vcovHC(m,type="HC3")))[2:3]); print(summary(m)$r.squared); print(hatvalues(m)); print(R.version.string); print(packageVersion("sandwich"))
