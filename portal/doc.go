// Package portal is the web door: people sign in, see their addresses, ask,
// follow and decide. One file per page holds its handler: read the form, call
// the Desk once, render. What anybody may do is the Desk's to say: no handler
// looks at a permission or a state.
//
// A request passes, in this order:
//
//	headers    on every answer, errors included
//	sameOrigin refuses unsafe requests that another site may have caused, but for
//	           the one by which a voucher says that a session there is over
//	signedIn   finds the session and the person, and checks the form's token
//	handler    returns an error or writes a page
//	fail       makes every error a page with a reference, and logs it
//
// Who somebody is comes from a voucher: CAS or OpenID Connect. Pages that move
// watch a stream that says that they changed, and nothing else; see live.go.
//
// Every page works without JavaScript. Texts that the chat also says come from
// package say; those of the portal alone are in texts.go.
package portal
