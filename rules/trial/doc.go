// Package trial tests a rule book by cases that people write: who asks what,
// and what is to be answered. It tells which cases fail and why, which rules and
// clauses no case has seen, and which small mistakes in the book no case would
// notice.
//
// Cases are texts in sections, each begun by a line "-- name --"; what comes
// before the first is a comment, as are lines that begin with "#". The sections
// "people", "accounts" and "delegations" hold the world of that file, one to a line; every
// other section is one case:
//
//	-- people --
//	alice: affiliation=employee unit=PHY manages=physique.univ-test.fr
//	bob: affiliation=student groups=melusine-admins name="Bob Martin"
//	-- accounts --
//	bob@physique.univ-test.fr: owner=bob quota=2G aliases=b.m@physique.univ-test.fr
//	-- delegations --
//	M-1: to=alice domains=chimie.univ-test.fr verbs=alias.add,alias.remove deputies=bob
//	-- Bob asks for more room --
//	who: bob
//	asks: quota.set bob@physique.univ-test.fr size=12G
//	door: portal
//	gets: ask by own-quota
//	from: 1 of domain:physique.univ-test.fr, group:melusine-admins
//	within: 3 of 10 days
//	says: Everybody asks for a quota up to 20 GB for their account.
//
// What a person "manages" is delegated to them without limits. A delegation has
// the fields of delegation.grant but for dates, and is held by who it is for and
// by deputies.
//
// "gets" is allow, ask or deny, by a rule, by protected (an address of the
// header) or by no rule; without "by", by any. There is a "from" for each panel.
// Several "asks" of one case all get the same.
// "says" is the sentence, in either language. What a case does not say, it does
// not compare.
package trial
