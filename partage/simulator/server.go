// Package simulator is a Partage that can be run anywhere: the accounts of a
// computed university behind the BSS API, with the quirks, the errors and the
// silences of the real one, and switches for its faults.
//
// It is for demonstrations, training and tests. What public clients prove about
// the real server is reproduced; what is only likely is said so where it is.
//
// Faults are set by SetFaults, or over HTTP where Config.Admin allows it: POST
// /_simulator/faults takes a JSON list, as
//
//	[{"method": "ModifyAccount", "answer": "drop", "effect": "late", "delay": "30s", "times": 1}]
//
// DELETE /_simulator/faults clears them, and GET /_simulator/log gives the
// writes received.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unistra/melusine/partage"
)

// Config says how to simulate. Only Now is required.
type Config struct {
	Now          func() time.Time
	University   *University   // default: that of Strasbourg, 97,484 accounts
	TokenLife    time.Duration // default 300 s, counted from Auth
	MaxPage      int           // longest page of a listing, default 1000; the real one is unknown
	Admin        bool          // serve /_simulator/, which sets faults and shows the log
	RevokeOnAuth bool          // a new token of a domain ends the one before: nobody knows whether the real one does
	Untyped      bool          // no type="integer", as before 2020
}

// A Server answers the API under /service/domain. It is an http.Handler, safe
// for concurrent use. Restarting it brings the university back to its start.
type Server struct {
	cfg     Config
	u       *University
	methods map[string]method

	gate   sync.Mutex // tokens, stamps, faults
	tokens map[string]session
	stamps map[string]time.Time
	faults []*Fault

	state    sync.RWMutex   // what follows
	changed  map[int]entry  // own attributes of the accounts that are no longer as computed
	aliases  map[string]int // aliases added -> account; gone for those removed
	late     []late
	log      []Write
	revision int // grows with each change

	sorting   sync.Mutex
	selection selection
}

// New makes a server whose university nobody has changed yet.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		return nil, errors.New("configure simulator: no clock")
	}
	if cfg.University == nil {
		cfg.University = NewUniversity(fullAccounts)
	}
	if cfg.TokenLife <= 0 {
		cfg.TokenLife = 300 * time.Second
	}
	if cfg.MaxPage <= 0 {
		cfg.MaxPage = 1000
	}
	return &Server{
		cfg: cfg, u: cfg.University, methods: methods(),
		tokens: map[string]session{}, stamps: map[string]time.Time{},
		changed: map[int]entry{}, aliases: map[string]int{},
	}, nil
}

// Keys gives the key of each domain. They follow from the names of the domains
// and protect nothing.
func (s *Server) Keys() map[string]partage.Secret {
	keys := make(map[string]partage.Secret, len(s.u.domains))
	for _, d := range s.u.domains {
		keys[d.Name] = partage.NewSecret(key(d.Name))
	}
	return keys
}

// University is the population at the start.
func (s *Server) University() *University { return s.u }

// Listen serves on address, as "127.0.0.1:0", until stop is called. base is the
// URL to give to a client.
func (s *Server) Listen(ctx context.Context, address string) (base string, stop func() error, err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return "", nil, fmt.Errorf("start simulator: %w", err)
	}
	server := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	stop = func() error {
		err := server.Close()
		if served := <-done; !errors.Is(served, http.ErrServerClosed) {
			return served
		}
		return err
	}
	return "http://" + l.Addr().String() + "/service/domain", stop, nil
}

// A method of the API. run reads the state, and for a write returns what would
// be done; it is called with the state locked. Effects are applied apart,
// because a fault may prevent or delay them.
type method struct {
	write bool
	run   func(*Server, call) (answer, effect)
}

// An effect changes the state and reports whether it could.
type effect func() bool

// methods is the table of those served, one line each.
func methods() map[string]method {
	return map[string]method{
		"GetAccount":         {run: (*Server).getAccount},
		"GetAllAccounts":     {run: (*Server).getAllAccounts},
		"ModifyAccount":      {write: true, run: (*Server).modifyAccount},
		"AddAccountAlias":    {write: true, run: (*Server).addAccountAlias},
		"RemoveAccountAlias": {write: true, run: (*Server).removeAccountAlias},
		"GetAllCos":          {run: (*Server).getAllCos},
		"CountObjects":       {run: (*Server).countObjects},
	}
}

// A call is one request for a method, on behalf of a domain.
type call struct {
	method string
	domain *domain
	form   form
}

const maxForm = 10 << 20

// ServeHTTP answers one request. Doubled slashes are tolerated, as Rails does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := slices.DeleteFunc(strings.Split(r.URL.Path, "/"), func(p string) bool { return p == "" })
	if len(path) > 0 && path[0] == "_simulator" && s.cfg.Admin {
		s.admin(w, r, path[1:])
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	name, token, found := s.route(path)
	if !found {
		notFound().send(w, r)
		return
	}
	if err := r.ParseForm(); err != nil {
		page(http.StatusBadRequest, "The request could not be read.").send(w, r)
		return
	}
	fault := s.take(name, form(r.Form).plain("name"))
	s.answer(name, token, form(r.Form), fault).faulty(w, r, fault)
}

// route finds the method and the token in a path: the token is the last
// segment, and the method all that is between it and the base.
func (s *Server) route(path []string) (name, token string, found bool) {
	if len(path) < 3 || path[0] != "service" || path[1] != "domain" {
		return "", "", false
	}
	name, token = strings.Join(path[2:len(path)-1], "/"), path[len(path)-1]
	if name == "" { // no token: Auth, or a client that lost its own
		name, token = token, ""
	}
	_, found = s.methods[name]
	return name, token, found || name == "Auth" && token == ""
}

// answer carries out one call, as far as fault lets it.
func (s *Server) answer(name, token string, f form, fault *Fault) answer {
	now := s.cfg.Now()
	if name == "Auth" {
		return s.auth(f, now)
	}
	m := s.methods[name]
	s.state.Lock()
	s.mature(now)
	if !m.write {
		s.state.Unlock()
		s.state.RLock()
		defer s.state.RUnlock()
	} else {
		defer s.state.Unlock()
	}
	d, alive := s.session(token, now)
	if !alive {
		return s.record(m, call{name, d, f}, s.refuse("Invalid token"), nil, now, fault)
	}
	c := call{name, d, f}
	got, change := m.run(s, c)
	return s.record(m, c, got, change, now, fault)
}
