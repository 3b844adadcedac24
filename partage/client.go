package partage

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// Config says how to reach the API. BaseURL, Domain, Key and Now are required;
// each other field has a default.
type Config struct {
	BaseURL   string // as https://api.partage.renater.fr/service/domain; plain http for a loopback host only
	Domain    string // whose accounts are served
	Key       Secret // of that domain
	Now       func() time.Time
	UserAgent string        // default "melusine"
	Timeout   time.Duration // of one exchange, from dial to last byte; default 30 s
	TokenLife time.Duration // on the server; default 300 s. A token is not used in the last tenth of its life
	PageSize  int           // of listings, 2 to 1000; default 100
	// Pace is waited for before each page of a listing: thousands of pages asked
	// for as fast as they come are no way to treat a server. nil = no wait.
	Pace func(context.Context) error
	// TLS gives roots and client certificates; default: the system's roots.
	TLS *tls.Config
	// Dial replaces the network, for tests.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

const defaultTimeout = 30 * time.Second

// A Client reads one domain and makes the Writers that change it. It is safe
// for concurrent use.
type Client struct {
	cfg  Config
	base *url.URL
	ways ways

	mu     sync.Mutex
	token  token
	flight *flight // the Auth that readers wait for
	stamp  int64   // of the last Auth, in nanoseconds
}

// New checks cfg and returns a client. It sends nothing.
func New(cfg Config) (*Client, error) { return newClient(cfg, cfg.ways()) }

func newClient(cfg Config, w ways) (*Client, error) {
	cfg, base, err := cfg.checked()
	if err != nil {
		return nil, err
	}
	if cfg.Domain == "" || !only(cfg.Domain, hostChars) {
		return nil, fmt.Errorf("configure partage: %q is not a domain", cfg.Domain)
	}
	if cfg.Key.Empty() {
		return nil, fmt.Errorf("configure partage: no key for %s", cfg.Domain)
	}
	return &Client{cfg: cfg, base: base, ways: w}, nil
}

// Domain is the domain served.
func (c *Client) Domain() string { return c.cfg.Domain }

// Close lets idle connections go. Calls under way are not disturbed.
func (c *Client) Close() { c.ways.reads.CloseIdleConnections() }

// Domains is a client for each of several domains, on shared connections.
type Domains struct{ clients map[string]*Client }

// NewDomains makes a client for each key. cfg.Domain and cfg.Key stay empty.
func NewDomains(cfg Config, keys map[string]Secret) (*Domains, error) {
	if cfg.Domain != "" || !cfg.Key.Empty() {
		return nil, errors.New("configure partage: Domain and Key come from the keys")
	}
	if len(keys) == 0 {
		return nil, errors.New("configure partage: no domain")
	}
	d := &Domains{clients: make(map[string]*Client, len(keys))}
	shared := cfg.ways()
	for domain, key := range keys {
		cfg.Domain, cfg.Key = domain, key
		c, err := newClient(cfg, shared)
		if err != nil {
			return nil, err
		}
		d.clients[domain] = c
	}
	return d, nil
}

// Names lists the domains, sorted.
func (d *Domains) Names() []string { return slices.Sorted(maps.Keys(d.clients)) }

// Client returns the client of a domain. A domain without a key is an error of
// class NotSent.
func (d *Domains) Client(domain string) (*Client, error) {
	if c, ok := d.clients[domain]; ok {
		return c, nil
	}
	return nil, &Error{Domain: domain, Class: NotSent, Message: "no key for this domain"}
}

// For returns the client of the domain of a.
func (d *Domains) For(a Address) (*Client, error) { return d.Client(a.Domain()) }

// Close lets idle connections go.
func (d *Domains) Close() {
	for _, c := range d.clients {
		c.Close()
	}
}

func (cfg Config) checked() (Config, *url.URL, error) {
	base, err := url.Parse(cfg.BaseURL)
	secure := err == nil && (base.Scheme == "https" || base.Scheme == "http" && loopback(base.Hostname())) // err prints the URL
	if !secure || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "" {
		return cfg, nil, errors.New("configure partage: the base URL must be https://host/path (http for loopback only), without user, query or fragment")
	}
	if cfg.Now == nil {
		return cfg, nil, errors.New("configure partage: no clock")
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "melusine"
	}
	cfg.Timeout = positive(cfg.Timeout, defaultTimeout)
	cfg.TokenLife = positive(cfg.TokenLife, 300*time.Second)
	if cfg.PageSize == 0 {
		cfg.PageSize = 100
	}
	if cfg.PageSize < 2 || cfg.PageSize > maxPage {
		return cfg, nil, fmt.Errorf("configure partage: page size %d is not within 2 to %d", cfg.PageSize, maxPage)
	}
	return cfg, base, nil
}

func positive(d, otherwise time.Duration) time.Duration {
	if d <= 0 {
		return otherwise
	}
	return d
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// ways are the two ways out. Neither knows a proxy, and a transport used
// directly follows no redirect. Each write gets a connection of its own: a kept
// one may die under it and leave its outcome unknown for nothing.
type ways struct{ reads, writes *http.Transport }

func (cfg Config) ways() ways {
	timeout := positive(cfg.Timeout, defaultTimeout)
	dial := cfg.Dial
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	secure := cfg.TLS.Clone()
	if secure == nil {
		secure = &tls.Config{}
	}
	secure.MinVersion = max(secure.MinVersion, tls.VersionTLS12)
	reads := &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, timeout) // net/http goes on dialling after its caller has left
			defer cancel()
			return dial(ctx, network, address)
		},
		TLSClientConfig:       secure,
		TLSHandshakeTimeout:   timeout,
		ResponseHeaderTimeout: timeout,
		IdleConnTimeout:       time.Minute,
		MaxIdleConnsPerHost:   8,
	}
	writes := reads.Clone()
	writes.DialContext, writes.DisableKeepAlives = guard(reads.DialContext), true
	return ways{reads, writes}
}
