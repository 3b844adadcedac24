// Package journal keeps the events: what was asked, decided, approved and done,
// in one order, for ever. Journals mean the same thing: Log, in a database, and
// Memory, for tests and for the replay of rules.
//
// A row is written once. Its columns are
//
//	seq         1, 2, 3... without a hole; chosen by the caller, unique
//	at          microseconds since 1970, UTC
//	request     "D-512", or "" for a fact without a request
//	by          number of the person who signed it; 0 is nobody, 1 the program
//	kind        stable name of the fact: "asked", "decided"...
//	subject     number of the person whose personal data it is
//	payload     nonce || AES-256-GCM(subject's key, nonce, salt || data, header)
//	commitment  SHA-256(salt || data)
//
// where data is the fact in JSON, never printed again, salt is 16 random bytes,
// nonce 12, and the header the text "seq at request by kind subject ", numbers
// in decimal, "-" for no request. The logins and keys of persons are in a table
// of their own, apart from the events and their backups.
//
// The header followed by the commitment in hexadecimal and a line feed is a leaf
// of an RFC 6962 tree; a Checkpoint is its signed root at a size. So
//
//   - a row proves itself: nobody without the key can change one unseen;
//   - nobody, with every key, can change, add or remove one that a checkpoint
//     published elsewhere covers;
//   - to destroy the key of a person (desk.Forgotten), or the payload of a row at
//     its legal term (desk.Redacted), destroys what was said, in every copy and
//     in this one, and the tree still holds.
package journal
