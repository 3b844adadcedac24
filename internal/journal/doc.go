// Package journal keeps the events: what was asked, decided, approved and done,
// in one order, for ever. Two journals mean the same thing: Log, in a SQLite
// file, and Memory, for tests and for the replay of rules.
//
// A row is written once and never changed. Its columns are
//
//	seq         1, 2, 3... without a hole; chosen by the caller, unique
//	at          microseconds since 1970, UTC
//	request     "D-512", or "" for a fact without a request
//	by          uid of the signer
//	kind        stable name of the fact: "asked", "decided"...
//	data        the fact in JSON, hashed as stored, never printed again
//	nonce       16 random bytes
//	commitment  SHA-256(nonce || data)
//	seal        SHA-256(seal of the row before || header || commitment)
//
// where the header is "seq\nat\nrequest\nby\nkind\n", numbers in decimal, and
// the seal before the first row is 32 zero bytes. So a row cannot be changed,
// added or removed without every later seal betraying it, while the data and
// nonce of one row can be erased at their legal term and the chain of seals
// still holds. Cutting off the end is the one change that the chain itself
// cannot show: a seal published elsewhere does.
package journal
