// Package drift finds in what the directory, Partage and the journal differ,
// says why and what would repair it, and makes plans of repairs.
//
// A comparison is one pass over the people and one over the accounts: a pure
// function of the view, with no clock and no memory of the last one. What can be
// repaired is an ordinary action that anybody who may could ask for; of the rest
// a human must decide.
//
// Its Conductor looks after what time and the journal ask for: the day's point
// of the trend, the synchronisation, and the plans under way, whose every step
// is package desk's and a fact of the journal.
package drift
