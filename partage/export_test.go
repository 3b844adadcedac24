package partage

// BaseURL is where the client goes.
func (c *Client) BaseURL() string { return c.cfg.BaseURL }

// Proxied reports whether a proxy may be between the client and the server.
func (c *Client) Proxied() bool { return c.ways.reads.Proxy != nil || c.ways.writes.Proxy != nil }

// Preauth is the signature of an Auth.
func Preauth(key Secret, domain, stamp string) string { return preauth(key, domain, stamp) }
