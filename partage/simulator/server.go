// Package simulator is a Partage that can be run anywhere: the accounts of
// computed universities behind the BSS API, with the quirks, the errors and the
// silences of the real one, and switches for its faults.
//
// It is for demonstrations, training and tests. What public clients prove about
// the real server is reproduced; what is only likely is said so where it is.
//
// A server has one university, or several: a file says which, see ReadCustomers.
// Each is a customer of Partage: a population with its domains, in any of which
// its accounts may have aliases. Nothing of another customer can be reached.
//
// Switches are fields of Config, and change by SetSwitch. Faults are set by
// SetFaults. Where Config.Admin allows it both are set over HTTP, from the same
// machine: POST /_simulator/switches takes a JSON object, as
//
//	{"settle": "10s", "untyped": true}
//
// and POST /_simulator/faults a JSON list, as
//
//	[{"method": "ModifyAccount", "answer": "drop", "effect": "late", "delay": "30s", "times": 1}]
//
// DELETE /_simulator/faults clears them, GET /_simulator/log gives the writes
// received, and GET /_simulator/keys the keys of the domains. Manual lists all the
// faults and switches, and what each is called in each place.
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

// Config says how to simulate. Only Now is required. The fields with a help are
// switches.
type Config struct {
	Now        func() time.Time          `kong:"-"`
	University *University               `kong:"-"` // default: that of Strasbourg, 97,484 accounts
	Others     []*University             `kong:"-"` // more of them, each apart from the others
	Keys       map[string]partage.Secret `kong:"-"` // of some domains; the others have one that follows from their name
	File       string                    `kong:"help='File that keeps the writes, to be done again at the next start.'"`
	Admin      bool                      `kong:"help='Serve /_simulator/ to this machine: faults and switches are set there, writes and keys are listed.'"`

	TokenLife         time.Duration `default:"300s" help:"Life of a token, from Auth."`
	Replay            bool          `help:"The same signed timestamp serves several times."`
	RevokeOnAuth      bool          `help:"A new token of a domain ends the one before: nobody knows whether the real one does."`
	MaxPage           int           `default:"1000" help:"Longest page of a listing; the real one is unknown."`
	MaxAccounts       int           `help:"Limit of accounts in each domain; 0 for none."`
	Settle            time.Duration `help:"How long what was just written is refused to all, by 403 'Accès refusé'."`
	Untyped           bool          `help:"No type='integer', as before 2020."`
	GroupsEmpty       bool          `help:"ModifyGroup empties description, displayName and zimbraNotes; else it passes over empty texts."`
	InvitesAtCreation bool          `help:"CreateResource takes zimbraPrefCalendarForwardInvitesTo, as the official page says."`
	Sync              bool          `help:"Each write is on the disk before it is answered; else only in the hands of the system."`
}

// A Server answers the API under /service/domain. It is an http.Handler, safe
// for concurrent use. Restarting it brings the university back to its start,
// unless Config.File keeps the writes.
type Server struct {
	*gate
	u       *University
	all     []*Server // one for each university, this one too
	methods map[string]method

	state       sync.RWMutex           // what follows
	changed     map[int]entry          // own attributes of the accounts that are no longer as computed
	moved       map[string]int         // addresses given since the start -> account; gone for those taken back
	growth      map[string]int         // domain -> how many accounts more than at the start
	aliasGrowth map[string]int         // the same for aliases of accounts
	licences    map[string][]int       // carLicense -> accounts among those changed
	resources   map[string]entry       // address -> resources created or changed; nil for those deleted
	definitions map[string]definitions // domain -> its trees of mailing lists, once it writes one
	shares      map[string]share       // account identifier -> whom its mailbox is lent to
	groups      map[string]entry       // name -> groups created or changed; nil for those deleted
	listAliases map[string]string      // aliases of groups added -> name of the group; "" for those removed
	created     int                    // objects made since the start: their identifiers follow from it
	late        []late                 // writes to come
	history     []call                 // writes done
	unsettled   map[string]time.Time   // address -> when it can be reached again
	log         []Write

	ledger   *ledger // where writes are kept; nil = nowhere
	replica  replica
	listings listings
}

// New makes a server whose universities nobody has changed yet, or as the writes
// of Config.File made them. That file must be one of the same universities, and
// no other server may have it.
func New(cfg Config) (*Server, error) {
	if cfg.Now == nil {
		return nil, errors.New("configure simulator: no clock")
	}
	if cfg.University == nil {
		cfg.University = NewUniversity(fullAccounts)
	}
	g := &gate{tokens: map[string]session{}, stamps: map[string]time.Time{}}
	g.current.Store(cfg.complete())
	var all []*Server
	for _, u := range append([]*University{cfg.University}, cfg.Others...) {
		all = append(all, blank(g, u))
	}
	s := all[0]
	for _, home := range all {
		home.all = all
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("configure simulator: %w", err)
	}
	if cfg.File != "" {
		if err := s.restore(cfg.File); err != nil {
			return nil, fmt.Errorf("start simulator: %w", err)
		}
	}
	return s, nil
}

// check tells what is wrong in the domains and their keys.
func (s *Server) check() error {
	for domain, k := range s.config().Keys {
		if _, d := s.of(domain); d == nil || k.Empty() {
			return fmt.Errorf("a key for %q, which is no domain of the university, or an empty one", domain)
		}
	}
	for _, home := range s.all {
		for _, d := range home.u.domains {
			if first, _ := s.of(d.Name); first != home {
				return fmt.Errorf("%s is a domain of two universities", d.Name)
			}
		}
	}
	return nil
}

// blank is the server of a university that nobody has changed.
func blank(g *gate, u *University) *Server {
	return &Server{
		gate: g, u: u, methods: methods(),
		changed: map[int]entry{}, moved: map[string]int{}, growth: map[string]int{}, aliasGrowth: map[string]int{}, licences: map[string][]int{},
		resources: map[string]entry{}, definitions: map[string]definitions{}, shares: map[string]share{},
		groups: map[string]entry{}, listAliases: map[string]string{}, unsettled: map[string]time.Time{},
	}
}

// of finds a domain, and the server of its university.
func (s *Server) of(name string) (*Server, *domain) {
	for _, home := range s.all {
		if d, found := home.u.domain(name); found {
			return home, d
		}
	}
	return s, nil
}

// Keys gives the key of each domain. They follow from the names of the domains
// and protect nothing.
func (s *Server) Keys() map[string]partage.Secret {
	keys := map[string]partage.Secret{}
	for _, home := range s.all {
		for _, d := range home.u.domains {
			keys[d.Name] = partage.NewSecret(s.key(d.Name))
		}
	}
	return keys
}

// University is the population at the start: the first one.
func (s *Server) University() *University { return s.u }

// Universities are all of them.
func (s *Server) Universities() []*University {
	list := make([]*University, len(s.all))
	for i, home := range s.all {
		list[i] = home.u
	}
	return list
}

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
	under  terms
	shift  int // of a listing: places that a fault adds to its beginning
}

const maxForm = 10 << 20

// ServeHTTP answers one request. Doubled slashes are tolerated, as Rails does.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := slices.DeleteFunc(strings.Split(r.URL.Path, "/"), func(p string) bool { return p == "" })
	if len(path) > 0 && path[0] == "_simulator" && s.config().Admin {
		s.admin(w, r, path[1:])
		return
	}
	if len(path) == 1 && path[0] == "mail" && r.Method == http.MethodGet { // the page of the webmail, where people sign in
		page(http.StatusOK, "Partage").send(w, r)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	name, token, found := s.route(path)
	if !found || !slices.Contains(verbs, r.Method) {
		notFound().send(w, r)
		return
	}
	f, err := readForm(r)
	if err != nil {
		page(http.StatusBadRequest, "The request could not be read.").send(w, r)
		return
	}
	fault := s.take(name, f.subject())
	s.answer(name, token, f, fault).faulty(w, r, fault)
}

// verbs are those of the routes: public clients use GET and POST alike.
var verbs = []string{http.MethodGet, http.MethodHead, http.MethodPost}

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
	now := s.now()
	if name == "Auth" {
		return s.auth(f, now)
	}
	t, alive := s.session(token, now)
	if alive {
		s = t.server
	}
	c := call{method: name, domain: t.domain, form: f, at: now, under: s.config().terms(), shift: fault.Shift}
	m := s.methods[name]
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
