// Package partage is a client of RENATER's "BSS" API, which provisions the
// mailboxes of Partage, the hosted Zimbra of French higher education.
//
// It promises three things that the API does not:
//
//   - An answer is a success only when it is proved to be one. Success is
//     status 0, which is also what a careless decoder finds in a truncated
//     reply; here a reply counts only if it is complete, strictly well-formed,
//     and about the object that was asked for.
//   - A failed write says what is known of its effect. An [Error] of class
//     [NotSent], [Refused], [Conflict], [NotFound], [Auth] or [Temporary] did
//     nothing; one of class [Unknown] may have been applied, or may still be.
//     Nothing here ever sends a write twice.
//   - Nothing secret is printed. The token travels in the path of each URL, so
//     no error holds a URL, and keys and tokens are a [Secret].
//
// A [Client] serves one domain, because keys and tokens belong to a domain;
// [Domains] chooses the client by the domain of an address. Reads are methods
// of the client. Writes are methods of a [Writer], which holds one token from
// the moment it is made: what a caller records before a write is then true of
// the write.
//
// The 40 methods that public clients are seen to call have typed methods here.
// Listings page by themselves and tell when they cannot be trusted to be whole.
// [Methods] is the table of them all, for tools that call them by their names:
// see [Client.Call], [Client.Objects] and [Writer.Call].
package partage
