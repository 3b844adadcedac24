package partage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
)

// A NodeType is what a node of a Definition is.
type NodeType string

// The types of nodes.
const (
	Root  NodeType = "root"  // the top, and only it
	Topic NodeType = "topic" // holds topics and lists
	List  NodeType = "list"  // a mailing list: it has an address and no children
)

// A Definition is the tree of mailing lists that Partage offers to the users
// of a domain (the zimlet net_renater_listes_diffusion; seen). It has
// thousands of lists in a large university.
type Definition struct {
	Type        NodeType     `json:"type"`
	Description string       `json:"description"`
	Email       Address      `json:"email,omitempty"`    // of a List, nothing else
	Children    []Definition `json:"children,omitempty"` // of a Root or a Topic
}

// MarshalJSON writes the children of a Root and of a Topic even if none.
func (d Definition) MarshalJSON() ([]byte, error) {
	if d.Type == List {
		return json.Marshal(map[string]any{"type": d.Type, "email": d.Email, "description": d.Description})
	}
	children := d.Children
	if children == nil {
		children = []Definition{}
	}
	return json.Marshal(map[string]any{"type": d.Type, "description": d.Description, "children": children})
}

// Check says why d is not the tree of a domain: it wants a Root at the top and
// nowhere else, an address on each List and nothing below it.
func (d Definition) Check() error {
	if d.Type != Root {
		return fmt.Errorf("a definition begins with %.20q, not root", d.Type)
	}
	return d.checkChildren(maxTree)
}

const maxTree = 64 // a menu deeper than that is a mistake

func (d Definition) checkChildren(depth int) error {
	if d.Email != "" || depth == 0 {
		return fmt.Errorf("%s %.80q has an address, or is too deep", d.Type, d.Description)
	}
	for _, k := range d.Children {
		switch {
		case k.Type == List && (!k.Email.valid() || len(k.Children) > 0):
			return fmt.Errorf("list %.80q has no address, or has children", k.Email)
		case k.Type == Topic:
			if err := k.checkChildren(depth - 1); err != nil {
				return err
			}
		case k.Type != List:
			return fmt.Errorf("%.20q is not a type of node", k.Type)
		}
	}
	return nil
}

// GetDefinition reads the definition of the domain. None is an error of class
// NotFound; what is not a tree is Malformed. Keys that a Definition does not
// have are passed over.
func (c *Client) GetDefinition(ctx context.Context) (Definition, error) {
	var d Definition
	err := c.ask(ctx, request{method: "zimlet_dl/GetDefinition", get: true, large: true}, func(root node) error {
		d = Definition{}
		if err := json.Unmarshal([]byte(root.child("definition").text), &d); err != nil {
			return errors.New("the definition is not JSON") // err quotes the text
		}
		return d.Check()
	})
	if err != nil {
		return Definition{}, err
	}
	return d, nil
}

// A PastDefinition is one entry of the history. What the API tells of it is not
// known for sure: each field may be empty, and the text is left as it came.
type PastDefinition struct{ ID, Date, Text string }

// GetHistoryDefinition lists the definitions that the domain has had, in the
// server's order; none is an empty list.
func (c *Client) GetHistoryDefinition(ctx context.Context) ([]PastDefinition, error) {
	var past []PastDefinition
	err := c.ask(ctx, request{method: "zimlet_dl/GetHistoryDefinition", get: true, large: true}, func(root node) error {
		list := root.child("definitions")
		if list.name == "" {
			return errors.New("no <definitions>")
		}
		past = make([]PastDefinition, 0, len(list.nodes))
		for _, n := range list.nodes {
			p := PastDefinition{n.child("id").text, n.child("date").text, n.child("definition").text}
			if len(n.nodes) == 0 {
				p.Text = n.text
			}
			past = append(past, p)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return past, nil
}

// CreateDefinition replaces the definition of the domain, and adds an entry to
// its history. A tree that Check refuses is not sent.
func (w *Writer) CreateDefinition(ctx context.Context, d Definition) error {
	const method = "zimlet_dl/CreateDefinition"
	if err := d.Check(); err != nil {
		return w.c.fail(method, NotSent, err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return w.c.fail(method, NotSent, fmt.Errorf("write the definition: %w", err))
	}
	return w.send(ctx, method, url.Values{"definition": {string(text)}})
}

// DeleteDefinition deletes the definition of the domain. When there is none the
// answer is a success or NotFound, nobody knows which.
func (w *Writer) DeleteDefinition(ctx context.Context) error {
	return w.send(ctx, "zimlet_dl/DeleteDefinition", url.Values{})
}
