package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"mime"

	"github.com/gofiber/fiber/v2"

	"github.com/unistra/melusine/internal/desk"
)

// The bodies that are sent to us.
type (
	asked struct {
		Action string `json:"action"` // as chat and history have it: "quota.set jeanne@univ-test.fr size=5G"
		Reason string `json:"reason"`
	}
	judged struct {
		Digest string `json:"digest"` // of the request as the caller saw it
		Reason string `json:"reason"`
	}
	amended struct {
		Digest string `json:"digest"`
		Args   string `json:"args"` // "size=6G", or the bare value
	}
	nothing struct{}
)

// longestKey is how many characters an idempotency key may have.
const longestKey = 200

// body reads the only JSON value of the body, without a field that we do not
// know: what is misspelt must not be taken for what was left out.
func body[T any](c *call) (sent T, err error) {
	if media, _, _ := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); media != fiber.MIMEApplicationJSON {
		return sent, fiber.ErrUnsupportedMediaType
	}
	d := json.NewDecoder(bytes.NewReader(c.Body()))
	d.DisallowUnknownFields()
	if d.Decode(&sent) != nil {
		return sent, fiber.ErrBadRequest
	}
	if _, err := d.Token(); err != io.EOF {
		return sent, fiber.ErrBadRequest
	}
	return sent, nil
}

// preview tells what the rules would answer, and asks nothing.
func (a API) preview(c *call) error {
	sent, err := body[asked](c)
	if err != nil {
		return err
	}
	wanted, err := desk.ParseAction(sent.Action)
	if err != nil {
		return err
	}
	if spec, _ := desk.SpecOf(wanted.Verb); !spec.Changes { // what is looked at is looked at by its own path
		return desk.Fail(desk.Invalid, desk.UnknownVerb, "value", string(wanted.Verb))
	}
	resolved, d, err := a.Desk.Preview(c.me.UID, desk.API, wanted)
	if err != nil {
		return err
	}
	return c.JSON(struct {
		Action   action   `json:"action"`
		Decision decision `json:"decision"`
	}{actionOf(resolved), decisionOf(c.lang, d)})
}

// ask makes a request, once for each key: asked again, it gives the first.
func (a API) ask(c *call) error {
	sent, err := body[asked](c)
	if err != nil {
		return err
	}
	key := c.Get("Idempotency-Key")
	if key == "" || len(key) > longestKey {
		return desk.Fail(desk.Invalid, desk.MissingArgument, "name", "Idempotency-Key")
	}
	wanted, err := desk.ParseAction(sent.Action)
	if err != nil {
		return err
	}
	key = "api " + string(c.me.UID) + " " + key
	again := a.Desk.View.Keyed(key) != ""
	r, err := a.Desk.Ask(c.UserContext(), desk.Asking{By: c.me.UID, Via: desk.API, Action: wanted, Reason: sent.Reason, Key: key})
	if err == nil {
		r, err = a.Desk.Request(c.me.UID, desk.API, r.ID) // as they are told it
	}
	if err != nil {
		return err
	}
	if again {
		return c.JSON(requestOf(c.lang, r))
	}
	c.Location(Root + "/requests/" + string(r.ID))
	return c.Status(fiber.StatusCreated).JSON(requestOf(c.lang, r))
}

func (a API) approve(c *call) error {
	return judge(c, func(ctx context.Context, sent judged) (desk.Request, error) {
		return a.Desk.Approve(ctx, c.me.UID, desk.API, c.id(), sent.Digest)
	})
}

func (a API) refuse(c *call) error {
	return judge(c, func(ctx context.Context, sent judged) (desk.Request, error) {
		return a.Desk.Refuse(ctx, c.me.UID, desk.API, c.id(), sent.Digest, sent.Reason)
	})
}

// judge acts on the very request that the caller saw: no digest, no vote.
func judge(c *call, act func(context.Context, judged) (desk.Request, error)) error {
	sent, err := body[judged](c)
	if err != nil {
		return err
	}
	if sent.Digest == "" {
		return desk.Fail(desk.Invalid, desk.MissingArgument, "name", "digest")
	}
	return done(c, func() (desk.Request, error) { return act(c.UserContext(), sent) })
}

func (a API) amend(c *call) error {
	sent, err := body[amended](c)
	if err != nil {
		return err
	}
	if sent.Digest == "" {
		return desk.Fail(desk.Invalid, desk.MissingArgument, "name", "digest")
	}
	return done(c, func() (desk.Request, error) {
		return a.Desk.Amend(c.UserContext(), c.me.UID, desk.API, c.id(), sent.Digest, sent.Args)
	})
}

func (a API) withdraw(c *call) error {
	return act(c, a.Desk.Withdraw)
}

func (a API) nudge(c *call) error {
	return act(c, a.Desk.Nudge)
}

// act does what the path says all of.
func act(c *call, do func(context.Context, desk.UID, desk.Door, desk.ID) (desk.Request, error)) error {
	if _, err := body[nothing](c); err != nil {
		return err
	}
	return done(c, func() (desk.Request, error) { return do(c.UserContext(), c.me.UID, desk.API, c.id()) })
}

func done(c *call, act func() (desk.Request, error)) error {
	r, err := act()
	if err != nil {
		return err
	}
	return c.JSON(requestOf(c.lang, r))
}
