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
//
// # Units
//
// Sizes are bytes, and a quota of 0 is no limit. Times are UTC. Addresses are in
// small letters. A nil field of a change is left as it is, an empty one is cleared.
//
// # Errors
//
// Each call that fails returns an [*Error]; [ClassOf] says what may be concluded:
//
//	class      a read                           a write
//	NotSent    nothing left this machine        nothing left this machine
//	NotFound   it does not exist                it does not exist, nothing was done
//	Conflict   -                                the address is taken, nothing was done
//	Refused    refused for good                 refused for good, nothing was done
//	Temporary  try again                        refused for now, nothing was done
//	Auth       key, clock or token, see         the same, nothing was done
//	           Error.ClockAhead
//	Malformed  no proper answer                 -
//	Unknown    -                                perhaps done, or about to be: read back
//	                                            after the token is dead
//
// # Sources
//
// Nothing here was read in RENATER's own documentation of the API, nor tried on
// the real service. It comes from what others published, and says so:
//
//   - seen: sent, or relied on, by a public client: libPythonBssApi and
//     sympa-json-export of Rennes 1, FusionDirectory, Hermes, synchro-partage of
//     Agrocampus Ouest, and smaller ones;
//   - Zimbra: what Zimbra does, which is behind the API;
//   - inferred: likely, and shown by nobody.
package partage
