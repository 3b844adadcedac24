package portal

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/portal/api"
)

// Deps is what main lends to the portal.
type Deps struct {
	Desk         *desk.Desk
	Now          func() time.Time
	Rand         io.Reader
	Zone         *time.Location // dates are shown in it
	Log          *slog.Logger
	Client       *http.Client    // for the identity provider; it must have a timeout
	ClientSecret string          // content of OIDC.ClientSecretFile
	Command      string          // as typed in the chat; "" = /melusine
	Approvers    func() []string // groups whose members may be asked to approve; they see the inbox in the menu
	Mount        []Mount
}

// A Mount is a site of its own under the portal, for people who are signed in.
// Its handler asks Who is there. Unsafe requests reach it only from our own
// pages; it has no form token to check.
type Mount struct {
	Path    string    // "/chat"; the handler is called with it in the URL
	Name    desk.Text // in the menu
	Handler http.Handler
}

// A Portal is the web door. It is ready to Listen.
type Portal struct {
	Deps
	config   Config
	app      *fiber.App
	sessions *sessions
	voucher  voucher
	seal     seal
	files    files
	streams  *streams
	names    names
	finder   finder
	books    sync.Map // the articles of each rule book that was shown, by its digest
	tempo    tempo
}

// New makes a portal; the error says all that is wrong with the configuration.
func New(config Config, deps Deps) (*Portal, error) {
	if err := config.Check(); err != nil {
		return nil, err
	}
	sealing, err := newSeal(deps.Rand)
	if err != nil {
		return nil, err
	}
	files, err := loadFiles(config.Accent)
	if err != nil {
		return nil, err
	}
	deps.Command = cmp.Or(deps.Command, "/melusine")
	p := &Portal{Deps: deps, config: config, seal: sealing, files: files, streams: newStreams(), tempo: standardTempo,
		sessions: newSessions(deps.Now, deps.Rand, config.Session),
		voucher:  config.voucher(deps)}
	p.app = fiber.New(p.settings())
	p.app.Server().HeaderReceived = p.roomFor
	if err := p.routes(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *Portal) settings() fiber.Config {
	return fiber.Config{
		AppName:                 "melusine",
		Immutable:               true, // else a text kept after the answer changes under us
		StrictRouting:           true,
		CaseSensitive:           true,
		DisableStartupMessage:   true,
		EnableTrustedProxyCheck: true,
		TrustedProxies:          p.config.TrustedProxies,
		ProxyHeader:             fiber.HeaderXForwardedFor,
		EnableIPValidation:      true,
		BodyLimit:               large,
		ReadBufferSize:          16 << 10,
		ReadTimeout:             10 * time.Second,
		WriteTimeout:            30 * time.Second,
		IdleTimeout:             2 * time.Minute,
		ErrorHandler:            p.fail,
	}
}

// The addresses that more than one page names.
const (
	pathSignIn   = "/connexion"
	pathReturn   = "/connexion/retour"
	pathSignOut  = "/deconnexion"
	pathStatic   = "/static/"
	pathMine     = "/mes-adresses"
	pathAsk      = "/demandes/nouvelle"
	pathFree     = "/disponibilite"
	pathRequests = "/demandes"
	pathBatch    = "/demandes/lot"
	pathInbox    = "/a-valider"
	pathAccounts = "/adresses"
	pathLink     = "/lier"
	pathHelp     = "/aide"
	pathSafety   = "/surete"
	pathRights   = "/delegations"
	pathRules    = "/reglement"
	pathTokens   = "/jetons"
	pathDrift    = "/ecarts"
	pathReach    = "/destinataires"
	pathFigures  = "/tableau"
	pathFollow   = "/suivi"
	pathState    = "/etat"
	pathSearch   = "/recherche"
	pathTouched  = "/qui-a-touche"
	pathData     = "/mes-donnees.json"
	pathLegal    = "/mentions-legales"
	pathAccess   = "/accessibilite"
	pathPrivacy  = "/donnees-personnelles"

	pathPreferences = "/preferences"
	pathRegister    = "/registre"

	pathHistory = "/historique"
	pathDomains = "/domaines"
	pathCosts   = "/couts"
	pathTrial   = "/simulateur"
	pathBundle  = "/a-valider/lot"
	pathThings  = "/listes"
	pathCharter = "/charte"
	pathPieces  = "/composants"
)

// routes is the whole map. What is not open needs a session, and every POST
// of a session the token of its forms.
func (p *Portal) routes() error {
	p.app.Use(p.recovered, p.headers)
	if err := (api.API{Desk: p.Desk, Log: p.Log, URL: p.config.URL}).Mount(p.app); err != nil { // before what looks at who sent it: no cookie counts there
		return err
	}
	p.app.Use(p.keepLanguage)
	if p.config.Demo == nil {
		p.app.Post(pathReturn, p.overThere) // from a server, not from a page
	}
	p.app.Use(p.sameOrigin)
	p.app.Get(pathStatic+":file", p.files.serve)
	p.app.Get(pathSignIn, p.signIn)
	p.app.Get(pathReturn, p.signedBack)
	p.app.Get(pathSignOut, p.signedOut)
	p.app.Get(pathLegal, p.legal)
	p.app.Get(pathAccess, p.accessibility)
	p.app.Get(pathPrivacy, p.privacy)
	if p.config.Demo != nil {
		p.app.Post(pathSignIn, p.become)
	}
	get := func(path string, page handler) { p.app.Get(path, p.signedIn(page)) }
	post := func(path string, act handler) { p.app.Post(path, p.signedIn(withToken(act))) }
	get("/", p.home)
	get(pathMine, p.mine)
	get(pathAsk, p.newRequest)
	p.app.Post(pathAsk, p.keepTyped)
	post(pathAsk, p.submitRequest)
	get(pathFree, p.free)
	get(pathRequests, p.requests)
	get(pathBatch, p.newBatch)
	post(pathBatch, p.submitBatch)
	get(pathRequests+"/:id", p.request)
	get(pathRequests+"/:id/identite", p.signAgain)
	post(pathRequests+"/:id/valider", p.approve)
	post(pathRequests+"/:id/refuser", p.refuse)
	post(pathRequests+"/:id/annuler", p.withdraw)
	post(pathRequests+"/:id/redemander", p.askAgain)
	post(pathRequests+"/:id/modifier", p.amend)
	post(pathRequests+"/:id/relancer", p.nudge)
	get(pathInbox, p.inbox)
	get(pathFollow, p.follow)
	get(pathState, p.state)
	get(pathSearch, p.search)
	get(pathTouched, p.touched)
	get(pathData, p.mydata)
	get(pathPreferences, p.preferences)
	post(pathPreferences, p.prefer)
	get(pathAccounts+"/:address", p.account)
	get(pathRegister+"/:address", p.register)
	get(pathLink, p.link)
	post(pathLink, p.offerCode)
	get(pathHelp, p.help)
	get(pathSafety, p.safety)
	get(pathRights, p.roll)
	get(pathRights+"/:id", p.delegation)
	get(pathRules, p.rulebook)
	get(pathRules+"/:digest", p.edition)
	post(pathRules, p.proposeBook)
	post(pathRules+"/revenir", p.returnToBook)
	post(pathRules+"/defaire", p.undoBook)
	get(pathTokens, p.tokens)
	post(pathTokens, p.issueToken)
	post(pathTokens+"/:id/retirer", p.endToken)
	get(pathDrift, p.drift)
	post(pathDrift, p.planDrift)
	get(pathReach, p.reach)
	get(pathFigures, p.figures)
	get(pathHistory, p.history)
	get(pathDomains, p.domains)
	get(pathDomains+"/:domain", p.domain)
	get(pathThings, p.things)
	get(pathThings+"/:address", p.thing)
	get(pathCharter, p.charter)
	get(pathCosts, p.costs)
	get(pathTrial, p.simulator)
	get(pathBundle, p.bundle)
	post(pathBundle, p.judgeBundle)
	post(pathSignOut, p.signOut)
	if p.config.Demo != nil {
		get(pathPieces, p.pieces)
	}
	for _, m := range p.Mount {
		p.app.All(m.Path, p.signedIn(mounted(m.Handler)))
		p.app.All(m.Path+"/*", p.signedIn(mounted(m.Handler)))
	}
	p.app.Use(p.signedIn(func(*visit) error { return fiber.ErrNotFound }))
	return nil
}

// App is the application, for tests that need no network.
func (p *Portal) App() *fiber.App { return p.app }

// Listen serves until Shutdown, on the address of the configuration.
func (p *Portal) Listen() error {
	var beside sync.WaitGroup
	defer beside.Wait()
	defer p.streams.close()
	beside.Go(func() { p.names.keep(p.Desk.View, p.streams.stop) })
	if err := p.app.Listen(p.config.Listen); err != nil {
		return fmt.Errorf("serve portal: %w", err)
	}
	return nil
}

// Shutdown stops taking requests and waits for those on their way, at most
// for grace.
func (p *Portal) Shutdown(grace time.Duration) error {
	p.streams.close()
	if err := p.app.ShutdownWithTimeout(grace); err != nil {
		return fmt.Errorf("stop portal: %w", err)
	}
	return nil
}

// recovered makes a panic an error like any other.
func (p *Portal) recovered(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = panicked(r)
		}
	}()
	return c.Next()
}

func panicked(r any) error { return errors.Join(errPanic, fmt.Errorf("%v\n%s", r, debug.Stack())) }

var errPanic = errors.New("panic in a page")

// secure says that browsers reach us by TLS.
func (c Config) secure() bool {
	u, _ := url.Parse(c.URL)
	return u.Scheme == "https"
}
