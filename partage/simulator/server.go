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
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/unistra/melusine/partage"
)

// Config says how to simulate. Only Now is required.
type Config struct {
	Now          func() time.Time
	University   *University               // default: that of Strasbourg, 97,484 accounts
	Keys         map[string]partage.Secret // of some domains; the others have one that follows from their name
	TokenLife    time.Duration             // default 300 s, counted from Auth
	MaxPage      int                       // longest page of a listing, default 1000; the real one is unknown
	Admin        bool                      // serve /_simulator/, which sets faults and shows the log
	RevokeOnAuth bool                      // a new token of a domain ends the one before: nobody knows whether the real one does
	MaxAccounts  int                       // of each domain; 0 = no limit
	Settle       time.Duration             // how long what was just written is refused to all, by 403 "Accès refusé"
	File         string                    // where the writes done are kept, to be done again at the next start; "" = nowhere
	Untyped      bool                      // no type="integer", as before 2020
	GroupsEmpty  bool                      // ModifyGroup empties description, displayName and zimbraNotes; by default it passes over empty texts
}

// A Server answers the API under /service/domain. It is an http.Handler, safe
// for concurrent use. Restarting it brings the university back to its start,
// unless Config.File keeps the writes.
type Server struct {
	cfg     Config
	u       *University
	methods map[string]method

	gate   sync.Mutex // tokens, stamps, faults
	tokens map[string]session
	stamps map[string]time.Time
	faults []*Fault

	state       sync.RWMutex           // what follows
	changed     map[int]entry          // own attributes of the accounts that are no longer as computed
	moved       map[string]int         // addresses given since the start -> account; gone for those taken back
	growth      map[string]int         // domain -> how many accounts more than at the start
	aliasGrowth map[string]int         // the same for aliases of accounts
	licences    map[string][]int       // carLicense -> accounts among those changed
	resources   map[string]entry       // address -> resources created or changed; nil for those deleted
	definitions map[string]definitions // domain -> its trees of mailing lists
	shares      map[string]share       // account identifier -> whom its mailbox is lent to
	groups      map[string]entry       // name -> groups created or changed; nil for those deleted
	listAliases map[string]string      // aliases of groups added -> name of the group; "" for those removed
	created     int                    // objects made since the start: their identifiers follow from it
	late        []late                 // writes to come
	history     []call                 // writes done
	file        *os.File               // where they are kept; nil = nowhere
	broken      error                  // why the last one was not kept
	unsettled   map[string]time.Time   // address -> when it can be reached again
	log         []Write

	replica replica

	listings listings
}

// New makes a server whose university nobody has changed yet, or as the writes
// of Config.File made it: done again, by the same Config. Those that a fault had
// put off are lost. No other server may have that file.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		return nil, errors.New("configure simulator: no clock")
	}
	if cfg.University == nil {
		cfg.University = NewUniversity(fullAccounts)
	}
	for domain, k := range cfg.Keys {
		if _, ours := cfg.University.domain(domain); !ours || k.Empty() {
			return nil, fmt.Errorf("configure simulator: a key for %q, which is no domain of the university, or an empty one", domain)
		}
	}
	if cfg.TokenLife <= 0 {
		cfg.TokenLife = 300 * time.Second
	}
	if cfg.MaxPage <= 0 {
		cfg.MaxPage = 1000
	}
	s := blank(cfg)
	if cfg.File != "" {
		if err := s.restore(cfg.File); err != nil {
			return nil, fmt.Errorf("start simulator: %w", err)
		}
	}
	return s, nil
}

// blank is a server whose university nobody has changed.
func blank(cfg Config) *Server {
	return &Server{
		cfg: cfg, u: cfg.University, methods: methods(),
		tokens: map[string]session{}, stamps: map[string]time.Time{},
		changed: map[int]entry{}, moved: map[string]int{}, growth: map[string]int{}, aliasGrowth: map[string]int{}, licences: map[string][]int{}, unsettled: map[string]time.Time{},
		resources: map[string]entry{}, definitions: map[string]definitions{}, shares: map[string]share{},
		groups: map[string]entry{}, listAliases: map[string]string{},
	}
}

// Keys gives the key of each domain. They follow from the names of the domains
// and protect nothing.
func (s *Server) Keys() map[string]partage.Secret {
	keys := make(map[string]partage.Secret, len(s.u.domains))
	for _, d := range s.u.domains {
		keys[d.Name] = partage.NewSecret(s.key(d.Name))
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
// be done; it is called with the state locked. Effects are apart because a
// fault may prevent or delay them: then run is called again when it is time.
type method struct {
	write  bool
	run    func(*Server, call) (answer, effect)
	before func(*Server, call) // what can be done while the state is not locked; may be nil
}

// An effect changes the state and reports whether it could.
type effect func() bool

// methods is the table of those served, one line each.
func methods() map[string]method {
	return map[string]method{
		"GetAccount":         {run: (*Server).getAccount},
		"GetAllAccounts":     {run: (*Server).getAllAccounts, before: (*Server).foresee},
		"CreateAccount":      {write: true, run: (*Server).createAccount},
		"ModifyAccount":      {write: true, run: (*Server).modifyAccount},
		"DeleteAccount":      {write: true, run: (*Server).deleteAccount},
		"RenameAccount":      {write: true, run: (*Server).renameAccount},
		"SetPassword":        {write: true, run: (*Server).setPassword},
		"AddAccountAlias":    {write: true, run: (*Server).addAccountAlias},
		"RemoveAccountAlias": {write: true, run: (*Server).removeAccountAlias},
		"GetAllCos":          {run: (*Server).getAllCos},
		"GetCos":             {run: (*Server).getCos},
		"GetDomain":          {run: (*Server).getDomain},
		"CountObjects":       {run: (*Server).countObjects},

		"GetAllGroups":                {run: (*Server).getAllGroups},
		"GetGroup":                    {run: (*Server).getGroup},
		"CreateGroup":                 {write: true, run: (*Server).createGroup},
		"ModifyGroup":                 {write: true, run: (*Server).modifyGroup},
		"DeleteGroup":                 {write: true, run: (*Server).deleteGroup},
		"AddDistributionListAlias":    {write: true, run: (*Server).addListAlias},
		"RemoveDistributionListAlias": {write: true, run: (*Server).removeListAlias},
		"AddGroupMembers":             {write: true, run: (*Server).addMembers},
		"RemoveGroupMembers":          {write: true, run: (*Server).removeMembers},
		"GetSendAsGroup":              {run: (*Server).getSenders},
		"AddSendAsGroup":              {write: true, run: (*Server).addSender},
		"DeleteSendAsGroup":           {write: true, run: (*Server).deleteSender},

		"GetAllResources": {run: (*Server).getAllResources},
		"GetResource":     {run: (*Server).getResource},
		"CreateResource":  {write: true, run: (*Server).createResource},
		"ModifyResource":  {write: true, run: (*Server).modifyResource},
		"DeleteResource":  {write: true, run: (*Server).deleteResource},

		"zimlet_dl/GetDefinition":        {run: (*Server).getDefinition},
		"zimlet_dl/GetHistoryDefinition": {run: (*Server).getHistoryDefinition},
		"zimlet_dl/CreateDefinition":     {write: true, run: (*Server).createDefinition},
		"zimlet_dl/DeleteDefinition":     {write: true, run: (*Server).deleteDefinition},

		"account/AddRootShare":                  {write: true, run: (*Server).addRootShare},
		"account/RemoveRootShare":               {write: true, run: (*Server).removeRootShare},
		"account/RemoveRecipientsFromRootShare": {write: true, run: (*Server).removeRootShare},
		"account/AddRootDelegate":               {write: true, run: (*Server).changeRootDelegate},
		"account/RemoveRootDelegate":            {write: true, run: (*Server).changeRootDelegate},
	}
}

// A call is one request for a method, on behalf of a domain.
type call struct {
	method string
	domain *domain
	form   form
	at     time.Time
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
	fault := s.take(name, form(r.Form).subject())
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
	d, alive := s.session(token, now)
	c := call{name, d, f, now}
	if alive && m.before != nil {
		m.before(s, c)
	}
	s.state.Lock()
	s.mature(now)
	if !m.write {
		s.state.Unlock()
		s.state.RLock()
		defer s.state.RUnlock()
	} else {
		defer s.state.Unlock()
	}
	if !alive {
		return s.record(m, c, s.refuse("Invalid token"), false, fault)
	}
	if until, unsettled := s.unsettled[strings.ToLower(f.subject())]; unsettled && now.Before(until) {
		return s.record(m, c, refusal(http.StatusForbidden, "Accès refusé", ""), false, fault)
	}
	if fault.Lag > 0 && !m.write {
		return s.lagging(m, c, fault.Lag)
	}
	got, change := m.run(s, c)
	return s.record(m, c, got, change != nil, fault)
}
