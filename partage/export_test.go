package partage

// BaseURL is where the client goes.
func (c *Client) BaseURL() string { return c.cfg.BaseURL }

// Preauth is the signature of an Auth.
func Preauth(key Secret, domain, stamp string) string { return preauth(key, domain, stamp) }
