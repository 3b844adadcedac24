package partage

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// A COS is a class of service: what an account has when it has none of its own
// (seen in listings, in part inferred). What the answer did not hold is zero.
type COS struct {
	ID              CosID // what zimbraCOSId holds
	Name            string
	Notes           string // for administrators
	Quota           int64  // bytes; 0 = unlimited
	IMAP, POP3      bool
	PublicSharing   bool
	ExternalSharing bool
	Dumpster        bool            // what is deleted can be brought back
	Zimlets         []string        // available ones; "!", "+" and "-" may come before a name
	Features        map[string]bool // "Mail" for zimbraFeatureMailEnabled, and so on
}

// GetAllCos lists the classes of service of the domain, in the server's order.
// They come in one answer, which is read whole before the first is handed over:
// limit, offset and filters have no effect (seen in public clients), nor does
// CountObjects count them. The last pair may hold an error, as in the other
// listings; a class listed twice is Malformed.
func (c *Client) GetAllCos(ctx context.Context) iter.Seq2[COS, error] {
	return func(yield func(COS, error) bool) {
		list, err := c.classes(ctx)
		for _, cos := range list {
			if !yield(cos, nil) {
				return
			}
		}
		if err != nil {
			yield(COS{}, err)
		}
	}
}

func (c *Client) classes(ctx context.Context) (list []COS, err error) {
	err = c.ask(ctx, request{method: "GetAllCos"}, func(root node) error {
		coses := root.child("coses")
		if coses.name == "" {
			return errors.New("no <coses>")
		}
		list = make([]COS, 0, len(coses.nodes))
		for _, n := range coses.nodes {
			cos, err := n.cos()
			if err != nil {
				return err
			}
			if slices.ContainsFunc(list, func(other COS) bool { return other.ID == cos.ID || other.Name == cos.Name }) {
				return fmt.Errorf("class %.80q listed twice", cos.Name)
			}
			list = append(list, cos)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// GetCos reads the class of service of that name, which is not its identifier.
// One that does not exist is an error of class NotFound, with Object "cos"
// (seen).
func (c *Client) GetCos(ctx context.Context, name string) (COS, error) {
	if name == "" {
		return COS{}, c.fail("GetCos", NotSent, errors.New("no name"))
	}
	var cos COS
	err := c.ask(ctx, request{method: "GetCos", form: url.Values{"name": {name}}}, func(root node) (err error) {
		cos, err = root.child("cos").cos()
		if err == nil && cos.Name != name {
			err = fmt.Errorf("asked for %.80q, told about %.80q", name, cos.Name)
		}
		return err
	})
	if err != nil {
		return COS{}, err
	}
	return cos, nil
}

// cos reads one class of service.
func (n node) cos() (COS, error) {
	cos := COS{Features: map[string]bool{}}
	for _, k := range n.nodes {
		if err := cos.set(k); err != nil {
			return COS{}, fmt.Errorf("read %s of class %.80q: %w", k.name, cos.Name, err)
		}
	}
	if cos.ID == "" || cos.Name == "" {
		return COS{}, errors.New("a class of service without id or name")
	}
	return cos, nil
}

func (cos *COS) set(n node) error {
	switch n.name {
	case "id":
		return once((*string)(&cos.ID), n.text)
	case "name":
		return once(&cos.Name, n.text)
	case "zimbraNotes":
		cos.Notes = n.text
	case "zimbraMailQuota":
		if n.text != "" {
			return number(&cos.Quota, n.text)
		}
	case "zimbraImapEnabled":
		return boolean(&cos.IMAP, n.text)
	case "zimbraPop3Enabled":
		return boolean(&cos.POP3, n.text)
	case "zimbraPublicSharingEnabled":
		return boolean(&cos.PublicSharing, n.text)
	case "zimbraExternalSharingEnabled":
		return boolean(&cos.ExternalSharing, n.text)
	case "zimbraDumpsterEnabled":
		return boolean(&cos.Dumpster, n.text)
	case "zimbraZimletAvailableZimlets":
		cos.Zimlets = n.texts()
	default:
		if feature, ok := strings.CutPrefix(n.name, "zimbraFeature"); ok {
			var on bool
			if err := boolean(&on, n.text); err != nil {
				return err
			}
			cos.Features[strings.TrimSuffix(feature, "Enabled")] = on
		}
	}
	return nil
}

// A Kind of object can be counted.
type Kind string

// What CountObjects counts.
const (
	UserAccounts Kind = "userAccount"
	Aliases      Kind = "alias"
	Lists        Kind = "dl"
	Resources    Kind = "calresource"
)

// CountObjects says how many objects of a kind the domain has (seen).
func (c *Client) CountObjects(ctx context.Context, kind Kind) (int, error) {
	var count int
	err := c.ask(ctx, request{method: "CountObjects", form: url.Values{"type": {string(kind)}}}, func(root node) (err error) {
		count, err = strconv.Atoi(root.child("count").text)
		if err != nil || count < 0 {
			return errors.New("the count is not a number")
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return count, nil
}
