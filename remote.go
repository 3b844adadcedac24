package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/portal/api"
)

// remote is where a Mélusine answers, and the token that opens it.
type remote struct {
	URL       string `env:"MELUSINE_URL" required:"" help:"Address of the portal, as https://adresses.univ-test.fr."`
	TokenFile string `env:"MELUSINE_TOKEN_FILE" required:"" type:"existingfile" help:"File that holds an access token, made on the portal."`
	Lang      string `default:"fr" enum:"fr,en" help:"Language: fr or en."`
	JSON      bool   `name:"json" help:"Print what the server answers, for programs."`
}

const (
	patience    = 30 * time.Second
	longestSaid = 4 << 20 // bytes of an answer
)

// errNo is why a request that was asked for is refused, or an answer not given.
var errNo = errors.New("refused")

// call sends one request and returns the body of a success. A failure is the
// sentence of the server.
func (r remote) call(ctx context.Context, method, path string, body any, headers ...string) ([]byte, error) {
	base, err := url.Parse(r.URL)
	if err != nil || base.Scheme != "https" && base.Hostname() != "127.0.0.1" && base.Hostname() != "localhost" {
		return nil, errors.New("--url: write https://...: a token must not travel in the clear")
	}
	secret, err := os.ReadFile(r.TokenFile)
	if err != nil {
		return nil, fmt.Errorf("read token: %w", err)
	}
	sent, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write body: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ask, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(r.URL, "/")+api.Root+path, bytes.NewReader(sent))
	if err != nil {
		return nil, fmt.Errorf("ask server: %w", err)
	}
	ask.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(secret)))
	ask.Header.Set("Accept-Language", r.Lang)
	ask.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		ask.Header.Set(headers[i], headers[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }} // the token goes nowhere else
	got, err := client.Do(ask)
	if err != nil {
		return nil, fmt.Errorf("ask server: %w", err)
	}
	defer got.Body.Close()
	said, err := io.ReadAll(io.LimitReader(got.Body, longestSaid))
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	if got.StatusCode >= http.StatusMultipleChoices {
		return nil, refusal(got, said)
	}
	return said, nil
}

// refusal is the problem that the server tells of.
func refusal(got *http.Response, said []byte) error {
	var problem struct{ Detail string }
	if strings.HasPrefix(got.Header.Get("Content-Type"), "application/problem+json") && json.Unmarshal(said, &problem) == nil && problem.Detail != "" {
		return fmt.Errorf("%w: %s", errNo, problem.Detail)
	}
	return fmt.Errorf("%w: the server answers %s, and is perhaps not a Mélusine", errNo, got.Status)
}

// A remoteRequest is what is read of a request.
type remoteRequest struct {
	ID, Says, Digest, By, Reason string
	State                        desk.State
	Action                       struct{ Text string }
	Decision                     struct{ Because string }
	Refusal                      string
	Asked, Changed, Nudged       time.Time
}

// tell prints a request that the server answered with.
func (r remote) tell(out io.Writer, said []byte) error {
	if r.JSON {
		return raw(out, said)
	}
	var q remoteRequest
	if err := json.Unmarshal(said, &q); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	_, err := fmt.Fprintf(out, "%s  %s  %s\n", q.ID, q.Says, q.Action.Text)
	for _, more := range []string{q.Decision.Because, q.Reason, q.Refusal} {
		if err == nil && more != "" {
			_, err = fmt.Fprintf(out, "  %s\n", more)
		}
	}
	if err == nil && !q.Nudged.IsZero() {
		_, err = fmt.Fprintf(out, "  approvers reminded %s\n", q.Nudged.Local().Format(time.DateTime))
	}
	if err == nil && q.State == desk.Rejected {
		return fmt.Errorf("%w: %s", errNo, q.ID)
	}
	return err
}

type askCommand struct {
	remote
	Action  []string `arg:"" help:"What is asked, as history has it: quota.set jeanne@univ-test.fr size=5G."`
	Reason  string   `help:"Why, in one line."`
	Key     string   `help:"Idempotency key: asked again under the same, it is the first request. One is drawn if none is given."`
	Preview bool     `help:"Only tell what would be answered."`
}

// Run asks for an action in the name of who holds the token. It fails if the
// rules deny it.
func (c askCommand) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c askCommand) run(ctx context.Context, out io.Writer) error {
	body := map[string]string{"action": strings.Join(c.Action, " "), "reason": c.Reason}
	if c.Preview {
		return c.preview(ctx, out, body)
	}
	if c.Key == "" {
		c.Key = rand.Text()
	}
	said, err := c.call(ctx, http.MethodPost, "/requests", body, "Idempotency-Key", c.Key)
	if err != nil { // it may have been asked all the same
		return fmt.Errorf("%w\nTo ask again, and not twice: --key %s", err, c.Key)
	}
	return c.tell(out, said)
}

func (c askCommand) preview(ctx context.Context, out io.Writer, body map[string]string) error {
	said, err := c.call(ctx, http.MethodPost, "/previews", body)
	if err != nil || c.JSON {
		return errors.Join(err, raw(out, said))
	}
	var answer struct {
		Action   struct{ Text string }
		Decision struct{ Outcome, Because string }
	}
	if err := json.Unmarshal(said, &answer); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	_, err = fmt.Fprintf(out, "%s  %s\n  %s\n", answer.Decision.Outcome, answer.Action.Text, answer.Decision.Because)
	return err
}

func raw(out io.Writer, said []byte) error {
	if len(said) == 0 {
		return nil
	}
	_, err := fmt.Fprintf(out, "%s\n", said)
	return err
}

type showCommand struct {
	remote
	What string `arg:"" optional:"" help:"A request (D-512), or an account by its address or login. Without it: the requests that wait for you."`
}

// Run shows a request with its history, an account, or what waits.
func (c showCommand) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c showCommand) run(ctx context.Context, out io.Writer) error {
	path, read := "/accounts/"+url.PathEscape(c.What), c.account
	switch id, err := desk.NewAction(desk.RequestShow, c.What, nil); {
	case c.What == "":
		path, read = "/requests?scope=pending", c.waiting
	case err == nil && !strings.Contains(c.What, "@"):
		path, read = "/requests/"+id.Target, c.tell
	}
	said, err := c.call(ctx, http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if c.JSON {
		return raw(out, said)
	}
	err = read(out, said)
	if errors.Is(err, errNo) { // shown, not asked
		return nil
	}
	return err
}

func (c showCommand) waiting(out io.Writer, said []byte) error {
	var all struct{ Items []remoteRequest }
	if err := json.Unmarshal(said, &all); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, q := range all.Items {
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", q.ID, q.Asked.Local().Format(time.DateTime), q.By, q.Action.Text) // Flush gives the error
	}
	return w.Flush()
}

func (c showCommand) account(out io.Writer, said []byte) error {
	var a struct {
		Address, Owner, Status, Class, Forward string
		Aliases                                []string
		Quota, Used                            int64
	}
	if err := json.Unmarshal(said, &a); err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s / %s\n", a.Address, a.Owner, a.Status, a.Class, desk.Size(a.Used), desk.Size(a.Quota))
	for _, alias := range a.Aliases {
		_, _ = fmt.Fprintf(w, "  %s\n", alias)
	}
	if a.Forward != "" {
		_, _ = fmt.Fprintf(w, "  → %s\n", a.Forward)
	}
	return w.Flush()
}

type approveCommand struct {
	remote
	ID     string `arg:"" help:"The request, as D-512."`
	Refuse bool   `help:"Refuse it instead."`
	Reason string `help:"Of a refusal, for who asked."`
	Digest string `help:"What was seen: nothing is done if the request is another by now. Without it, the request is shown and you confirm."`
	Yes    bool   `help:"Confirm beforehand."`
}

// Run approves or refuses a request as it was shown.
func (c approveCommand) Run(ctx context.Context) error { return c.run(ctx, os.Stdin, os.Stdout) }

func (c approveCommand) run(ctx context.Context, in io.Reader, out io.Writer) error {
	path := "/requests/" + url.PathEscape(c.ID)
	if c.Digest == "" {
		seen, err := c.see(ctx, path, in, out)
		if err != nil {
			return err
		}
		c.Digest = seen
	}
	verb, body := "/approve", map[string]string{"digest": c.Digest}
	if c.Refuse {
		verb, body["reason"] = "/refuse", c.Reason
	}
	said, err := c.call(ctx, http.MethodPost, path+verb, body)
	if err != nil {
		return err
	}
	if err := c.tell(out, said); !c.Refuse || !errors.Is(err, errNo) {
		return err
	}
	return nil
}

// see shows the request, and returns its digest once somebody has agreed.
func (c approveCommand) see(ctx context.Context, path string, in io.Reader, out io.Writer) (string, error) {
	said, err := c.call(ctx, http.MethodGet, path, nil)
	if err != nil {
		return "", err
	}
	var q remoteRequest
	if err := json.Unmarshal(said, &q); err != nil {
		return "", fmt.Errorf("read answer: %w", err)
	}
	if c.Yes {
		return q.Digest, nil
	}
	question := "approve"
	if c.Refuse {
		question = "refuse"
	}
	if _, err := fmt.Fprintf(out, "%s  %s  %s: %s\n%s? (yes/no) ", q.ID, q.By, q.Action.Text, q.Reason, question); err != nil {
		return "", err
	}
	var word string
	if _, err := fmt.Fscanln(in, &word); err != nil || word != "yes" && word != "oui" {
		return "", fmt.Errorf("%w: not confirmed", errNo)
	}
	return q.Digest, nil
}

type nudgeCommand struct {
	remote
	ID string `arg:"" help:"The request, as D-512."`
}

// Run has those reminded who may decide on a request of one's own.
func (c nudgeCommand) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c nudgeCommand) run(ctx context.Context, out io.Writer) error {
	said, err := c.call(ctx, http.MethodPost, "/requests/"+url.PathEscape(c.ID)+"/nudge", struct{}{})
	if err != nil {
		return err
	}
	return c.tell(out, said)
}
