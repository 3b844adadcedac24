// Package mirror is the memory of the house: it answers every question without
// asking anybody, and all of it can be thrown away and made again.
//
// One half is a fold of the journal: requests, delegations, chat bindings. The
// events themselves are kept as well, in order, so that history is read from
// memory (under 1 KiB an event; a large university makes some ten thousand a
// year). The other half copies what the directory and Partage say, in go-memdb:
// a table of people and a table of accounts, read without a lock.
//
// A copy is replaced only as a whole and only if it is credible; what is proved
// after its reading was begun outlives it.
package mirror
