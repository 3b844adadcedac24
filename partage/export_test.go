package partage

// BaseURL is where the client goes.
func (c *Client) BaseURL() string { return c.cfg.BaseURL }

// Proxied reports whether a proxy may be between the client and the server.
func (c *Client) Proxied() bool { return c.ways.reads.Proxy != nil || c.ways.writes.Proxy != nil }

// Preauth is the signature of an Auth.
func Preauth(key Secret, domain, stamp string) string { return preauth(key, domain, stamp) }

// A Passage is that of one write that has its connection.
type Passage struct{ *passage }

// NewPassage makes one.
func NewPassage(leave func() error) Passage {
	p := &passage{leave: leave}
	p.connected.Store(true)
	return Passage{p}
}

// Pass asks for bytes to leave.
func (p Passage) Pass() error { return p.pass() }

// Sent ends the call.
func (p Passage) Sent() bool { return p.sent(true) }
