package portal

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/unistra/melusine/internal/desk"
)

// CAS says where the CAS 3.0 server is that vouches for people. The service to
// register there is the portal's URL followed by /connexion/retour.
type CAS struct {
	URL string `yaml:"url"` // https://cas.example.org/cas, what /login follows
}

// A casVoucher is a client of the CAS protocol 3.0, of what a portal needs of it:
// service tickets, renew, logout, and single logout by the back channel. A ticket
// is bound to the browser by a secret in the address of the service.
type casVoucher struct {
	config  CAS
	service string
	client  *http.Client
	now     func() time.Time
}

// fieldState is the secret's name in the address of the service.
const fieldState = "etat"

// ticketForm is a service ticket: proxy tickets are of no use here.
var ticketForm = regexp.MustCompile(`^ST-[A-Za-z0-9._-]{1,253}$`)

func (v *casVoucher) at(page string, query url.Values) string {
	return strings.TrimSuffix(v.config.URL, "/") + page + "?" + query.Encode()
}

func (v *casVoucher) serviceOf(a attempt) string {
	return v.service + "?" + url.Values{fieldState: {a.State}}.Encode()
}

func (v *casVoucher) begin(_ context.Context, a attempt) (string, error) {
	query := url.Values{"service": {v.serviceOf(a)}}
	if a.Again.Who != "" {
		query.Set("renew", "true")
	}
	return v.at("/login", query), nil
}

func (v *casVoucher) finish(ctx context.Context, a attempt, back url.Values) (identity, error) {
	ticket := back.Get("ticket")
	if v.now().After(a.Until) || !same(back.Get(fieldState), a.State) {
		return identity{}, errors.New("sign in: state does not belong to this browser")
	}
	if !ticketForm.MatchString(ticket) {
		return identity{}, errors.New("sign in: not a service ticket")
	}
	query := url.Values{"service": {v.serviceOf(a)}, "ticket": {ticket}}
	if a.Again.Who != "" {
		query.Set("renew", "true")
	}
	found, err := v.validate(ctx, query)
	if err != nil {
		return identity{}, err
	}
	id := identity{who: desk.UID(found.User), name: ticket}
	if a.Again.Who != "" {
		id.at = v.now() // the server has just checked that a password was typed for this ticket
	}
	return id, nil
}

func (v *casVoucher) leave(_ context.Context, _ identity, back string) (string, error) {
	return v.at("/logout", url.Values{"service": {back}}), nil
}

// ended reads a logout request: the ticket that the session began with.
func (v *casVoucher) ended(_ context.Context, form url.Values) (string, error) {
	var request struct {
		XMLName xml.Name `xml:"urn:oasis:names:tc:SAML:2.0:protocol LogoutRequest"`
		Index   []string `xml:"urn:oasis:names:tc:SAML:2.0:protocol SessionIndex"`
	}
	if err := whole(strings.NewReader(form.Get("logoutRequest")), &request); err != nil {
		return "", fmt.Errorf("read logout request: %w", err)
	}
	if len(request.Index) != 1 || !ticketForm.MatchString(strings.TrimSpace(request.Index[0])) {
		return "", errors.New("read logout request: it names no ticket")
	}
	return strings.TrimSpace(request.Index[0]), nil
}

// A success is what the server says of a good ticket. Whoever comes by way of
// another service is refused.
type success struct {
	User    string    `xml:"user"`
	Proxies *struct{} `xml:"proxies"`
}

const casSpace = "http://www.yale.edu/tp/cas"

type serviceResponse struct {
	XMLName xml.Name
	Success []success `xml:"http://www.yale.edu/tp/cas authenticationSuccess"`
	Failure []struct {
		Code string `xml:"code,attr"`
	} `xml:"http://www.yale.edu/tp/cas authenticationFailure"`
}

// validate asks the server about a ticket. Only an answer that is well formed,
// and says yes once and nothing else, is a yes.
func (v *casVoucher) validate(ctx context.Context, query url.Values) (success, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, v.at("/p3/serviceValidate", query), nil)
	if err != nil {
		return success{}, errors.New("validate ticket: the address of the server cannot be used")
	}
	reply, err := v.client.Do(request)
	if err != nil {
		return success{}, errors.Join(errVoucher, fmt.Errorf("validate ticket: %w", unnamed(err)))
	}
	defer func() { _ = reply.Body.Close() }()
	if reply.StatusCode >= http.StatusInternalServerError {
		return success{}, errors.Join(errVoucher, fmt.Errorf("validate ticket: status %d", reply.StatusCode))
	}
	kind, _, _ := mime.ParseMediaType(reply.Header.Get("Content-Type"))
	if reply.StatusCode != http.StatusOK || !strings.HasSuffix(kind, "xml") {
		return success{}, fmt.Errorf("validate ticket: status %d, %q", reply.StatusCode, kind)
	}
	return read(io.LimitReader(reply.Body, 64<<10))
}

// read is what an answer says.
func read(body io.Reader) (success, error) {
	var r serviceResponse
	if err := whole(body, &r); err != nil {
		return success{}, fmt.Errorf("read validation: %w", err)
	}
	if r.XMLName != (xml.Name{Space: casSpace, Local: "serviceResponse"}) {
		return success{}, errors.New("read validation: not the answer of a CAS server")
	}
	if len(r.Failure) > 0 {
		return success{}, fmt.Errorf("validate ticket: refused, %.40q", r.Failure[0].Code)
	}
	if len(r.Success) != 1 || strings.TrimSpace(r.Success[0].User) == "" {
		return success{}, errors.New("read validation: it does not say who")
	}
	if r.Success[0].Proxies != nil {
		return success{}, errors.New("read validation: the ticket came by way of another service")
	}
	found := r.Success[0]
	found.User = strings.TrimSpace(found.User)
	return found, nil
}

// whole reads one document and nothing after it.
func whole(from io.Reader, into any) error {
	d := xml.NewDecoder(from)
	if err := d.Decode(into); err != nil {
		return err
	}
	for {
		switch next, err := d.Token(); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		default:
			if text, blank := next.(xml.CharData); !blank || strings.TrimSpace(string(text)) != "" {
				return errors.New("something follows the document")
			}
		}
	}
}

// unnamed is the cause of a failed call without its address, which holds the
// ticket.
func unnamed(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
