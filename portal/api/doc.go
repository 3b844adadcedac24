// Package api is the door of programs: JSON over HTTP, in the name of who holds
// the token that a request bears. It says and does what the other doors do, by
// the same desk. Its contract is openapi.yaml, served at /api/v1/openapi.json.
//
// Every failure is a problem of RFC 9457, its sentence in the language of
// Accept-Language. What is not there and what may not be seen give the same
// answer. Nothing here reads a cookie: a page of another site can make a browser
// do nothing.
package api
