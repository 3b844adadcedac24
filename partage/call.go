package partage

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
)

// A Value is an element of an answer as it came: text, a list, or an object
// with attributes. As JSON it is a text, an array or an object in the server's
// order. The key of a domain is masked.
type Value struct {
	Name     string
	Text     string
	Elements []Value
	List     bool
}

// Get returns the attribute of that name, or an empty one.
func (v Value) Get(name string) Value {
	for _, e := range v.Elements {
		if e.Name == name {
			return e
		}
	}
	return Value{}
}

// MarshalJSON writes v without its name.
func (v Value) MarshalJSON() ([]byte, error) {
	if !v.List && len(v.Elements) == 0 {
		return json.Marshal(v.Text)
	}
	open, end := byte('{'), byte('}')
	if v.List {
		open, end = '[', ']'
	}
	text := []byte{open}
	for i, e := range v.Elements {
		if i > 0 {
			text = append(text, ',')
		}
		if !v.List {
			name, err := json.Marshal(e.Name)
			if err != nil {
				return nil, fmt.Errorf("write name: %w", err)
			}
			text = append(append(text, name...), ':')
		}
		inner, err := e.MarshalJSON()
		if err != nil {
			return nil, err
		}
		text = append(text, inner...)
	}
	return append(text, end), nil
}

func (n node) value() Value {
	v := Value{Name: n.name, Text: n.text, List: n.list}
	if n.name == keyAttribute {
		v.Text = masked
	}
	if len(n.nodes) > 0 {
		v.Text = ""
	}
	for _, k := range n.nodes {
		v.Elements = append(v.Elements, k.value())
	}
	return v
}

const keyAttribute = "zimbraPreAuthKey"

// Call reads by any method of Methods, for tools: programs have the typed
// methods. params are checked by Method.Form. The payload comes as it is, its
// proof of success having been checked; it is empty when there is none.
func (c *Client) Call(ctx context.Context, method string, params url.Values) (Value, error) {
	m, form, err := c.call(method, params, false)
	if err != nil {
		return Value{}, err
	}
	if m.Name == "Auth" {
		return Value{}, c.Auth(ctx)
	}
	var payload Value
	err = c.ask(ctx, request{method: m.Name, form: form, get: m.Get, large: true}, func(root node) error {
		payload = Value{}
		for _, n := range root.nodes {
			if slices.Contains([]string{"status", "message", "errors"}, n.name) {
				continue
			}
			if payload.Name != "" {
				return errors.New("two payloads")
			}
			payload = n.value()
		}
		if payload.Name == "" {
			return errors.New("no payload")
		}
		if subject := m.Subject(); subject != "" && !payload.List && !payload.about(form.Get(subject)) {
			return fmt.Errorf("the answer is not about %.80q", form.Get(subject))
		}
		return nil
	})
	if err != nil {
		return Value{}, err
	}
	return payload, nil
}

// about reports whether v is the object of that address, or has it as an alias.
func (v Value) about(address string) bool {
	aliases := v.Get("zimbraMailAlias")
	return v.Get("name").Text == address || aliases.Text == address ||
		slices.ContainsFunc(aliases.Elements, func(e Value) bool { return e.Text == address })
}

// call finds a method and checks its parameters.
func (c *Client) call(method string, params url.Values, write bool) (Method, url.Values, error) {
	m, known := MethodNamed(method)
	if !known || m.Write != write {
		return m, nil, c.fail(method, NotSent, fmt.Errorf("%.40q is not a method that can be called so", method))
	}
	form, err := m.Form(params)
	if err != nil {
		return m, nil, c.fail(m.Name, NotSent, err)
	}
	if subject := m.Subject(); subject != "" {
		if err := c.owns(m.Name, Address(form.Get(subject))); err != nil {
			return m, nil, err
		}
	}
	return m, form, nil
}

// Call writes by any method of Methods, with the promises of the typed ones.
func (w *Writer) Call(ctx context.Context, method string, params url.Values) error {
	m, form, err := w.c.call(method, params, true)
	if err != nil {
		return err
	}
	return w.send(ctx, m.Name, form)
}

// Objects reads a listing whole, as GetAllAccounts does, for tools. Of params it
// takes ldap_query and attrs: it pages and sorts by itself.
func (c *Client) Objects(ctx context.Context, method string, params url.Values) iter.Seq2[Value, error] {
	m, known := MethodNamed(method)
	form, ok := map[string]url.Values{
		"GetAllAccounts":  {"sortby": {"mail"}, "sortascending": {"1"}, "attrs": {attributes}},
		"GetAllGroups":    {"sortby": {"mail"}},
		"GetAllResources": {"sortby": {"mail"}},
	}[m.Name]
	q := Query{Filter: params.Get("ldap_query")}
	for name := range params {
		ok = ok && (name == "ldap_query" || name == "attrs" && m.Name == "GetAllAccounts")
	}
	if !ok || !known {
		return func(yield func(Value, error) bool) {
			yield(Value{}, c.fail(method, NotSent, fmt.Errorf("%.40q with these parameters is not a whole listing", method)))
		}
	}
	if attrs := params.Get("attrs"); attrs != "" {
		form.Set("attrs", attrs)
	}
	return list[Value](ctx, []*Client{c}, shapes()[m.Name], q, form)
}

func shapes() map[string]shape {
	return map[string]shape{accounts.method: accounts, groups.method: groups, resources.method: resources}
}

// set adds one value of an attribute: a second one makes it a list.
func (v *Value) set(name string, value string) error {
	v.Text = ""
	if last := len(v.Elements) - 1; last >= 0 && v.Elements[last].Name == name {
		e := &v.Elements[last]
		if !e.List {
			*e = Value{Name: e.Name, Elements: []Value{{Text: e.Text}}, List: true}
		}
		e.Elements = append(e.Elements, Value{Text: value})
		return nil
	}
	if v.Elements == nil {
		v.Elements = make([]Value, 0, 24)
	}
	v.Elements = append(v.Elements, Value{Name: name, Text: value})
	return nil
}

func (v *Value) complete() error {
	if !v.address().valid() {
		return fmt.Errorf("an object named %.80q, which is no address", v.address())
	}
	return nil
}

func (v *Value) address() Address { return Address(strings.TrimSpace(v.Get("name").Text)) }
