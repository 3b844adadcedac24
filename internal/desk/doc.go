// Package desk is what the product does, told without saying how: the words
// (Person, Account, Action), the life of one Request, and the few things that
// can be done to it. It imports the standard library and nothing else, so that
// chat, web, SQL, LDAP and Partage can all speak its language and it theirs.
//
// Two kinds of truth are never mixed. Partage and the directory say what
// exists: that is the World. The Journal says what was asked, decided,
// approved and done: its Fold gives the Requests. All doors call the same few
// methods of one Desk, and the Desk writes by one function, Change.
//
// The life of a request, by the facts that move it:
//
//	           Asked
//	             v
//	           open --Decided(denied)------------------> rejected
//	             |                                          ^
//	  allowed    | Decided    pending                       |
//	  +----------+----------+                               |
//	  |                     v                               |
//	  |                  waiting --Refused / Withdrawn------+--> withdrawn
//	  |                     | Approved (enough); Amended: open again, to be decided anew
//	  v                     v
//	ready <-----------------+ <--Failed(not final)--+
//	  | Started (the claim, before the send)        |
//	  v                                             |
//	running ----------------------------------------+--Failed(final)--> broken
//	  |  \--Unknown--> doubtful --Unknown/Started/...--/
//	  | Done{proof}        | Done{proof}
//	  v                    v
//	done <-----------------+
//
// An action of several steps goes through ready, running and doubtful for each
// of them: its plan is in Planned, beside the first Started, and Stepped{proof}
// makes it ready for the next. If a step fails for good it goes the same way
// back, undoing what is done, until Undone: broken, but nothing is changed. See
// Plan.
package desk
