// Package directory reads the university's LDAP directory (supann) as desk
// words: people with their unit, groups and head of service. It is the only
// place that knows LDAP, and it never writes.
//
// # What an entry becomes
//
// A person is known by one uid of the form of a login, lowered in ASCII. An
// entry with no uid, with several, with one of another form, with one that the
// house keeps for itself, or with one that another entry has too, is nobody: it
// is not yielded, and Stats counts it. The same goes for a group without
// exactly one name of its own and a unit without exactly one code of its own.
//
// Every other attribute of a person is a set of which the desk wants one value.
// With several values, or one that is not a readable line of text, the
// attribute is empty and the person is still known: nothing is ever picked out
// of several, and what is empty grants nothing.
//
// A person is in the groups that name them directly. Groups inside groups,
// dynamic groups and the primary group of a POSIX account are not followed.
//
// # Nobody and no answer
//
// That the directory has no such person is the zero Person and a nil error.
// That it did not say, or not all, is an error: a network fault, a time or size
// limit, a referral to another server, a reply cut short, an empty directory.
package directory
