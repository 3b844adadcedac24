package effect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/unistra/melusine/internal/desk"
	"github.com/unistra/melusine/partage"
)

// resourceTexts gives each text of a resource its place in Partage's words.
var resourceTexts = map[string]struct {
	read  func(*partage.Resource) *string
	write func(*partage.ResourceChange) **string
}{
	"description":  {func(r *partage.Resource) *string { return &r.Description }, func(ch *partage.ResourceChange) **string { return &ch.Description }},
	"place":        {func(r *partage.Resource) *string { return &r.LocationName }, func(ch *partage.ResourceChange) **string { return &ch.LocationName }},
	"site":         {func(r *partage.Resource) *string { return &r.Site }, func(ch *partage.ResourceChange) **string { return &ch.Site }},
	"building":     {func(r *partage.Resource) *string { return &r.Building }, func(ch *partage.ResourceChange) **string { return &ch.Building }},
	"floor":        {func(r *partage.Resource) *string { return &r.Floor }, func(ch *partage.ResourceChange) **string { return &ch.Floor }},
	"room":         {func(r *partage.Resource) *string { return &r.Room }, func(ch *partage.ResourceChange) **string { return &ch.Room }},
	"contact":      {func(r *partage.Resource) *string { return &r.ContactName }, func(ch *partage.ResourceChange) **string { return &ch.ContactName }},
	"contactmail":  {func(r *partage.Resource) *string { return &r.ContactEmail }, func(ch *partage.ResourceChange) **string { return &ch.ContactEmail }},
	"contactphone": {func(r *partage.Resource) *string { return &r.ContactPhone }, func(ch *partage.ResourceChange) **string { return &ch.ContactPhone }},
	"country":      {func(r *partage.Resource) *string { return &r.Country }, func(ch *partage.ResourceChange) **string { return &ch.Country }},
	"city":         {func(r *partage.Resource) *string { return &r.City }, func(ch *partage.ResourceChange) **string { return &ch.City }},
	"state":        {func(r *partage.Resource) *string { return &r.State }, func(ch *partage.ResourceChange) **string { return &ch.State }},
	"street":       {func(r *partage.Resource) *string { return &r.Street }, func(ch *partage.ResourceChange) **string { return &ch.Street }},
	"postcode":     {func(r *partage.Resource) *string { return &r.PostalCode }, func(ch *partage.ResourceChange) **string { return &ch.PostalCode }},
}

var resourceSwitches = map[string]struct {
	read  func(*partage.Resource) bool
	write func(*partage.ResourceChange) **bool
}{
	"accepts":           {func(r *partage.Resource) bool { return r.AutoAcceptDecline }, func(ch *partage.ResourceChange) **bool { return &ch.AutoAcceptDecline }},
	"declinesbusy":      {func(r *partage.Resource) bool { return r.AutoDeclineIfBusy }, func(ch *partage.ResourceChange) **bool { return &ch.AutoDeclineIfBusy }},
	"declinesrecurring": {func(r *partage.Resource) bool { return r.AutoDeclineRecurring }, func(ch *partage.ResourceChange) **bool { return &ch.AutoDeclineRecurring }},
}

// resource is a resource of Partage in desk words.
func resource(r partage.Resource) desk.Resource {
	fields := map[string]string{"type": strings.ToLower(string(r.Type)), "forward": joined(addresses(r.ForwardInvitesTo))}
	for field, place := range resourceTexts {
		fields[field] = *place.read(&r)
	}
	for field, place := range resourceSwitches {
		fields[field] = map[bool]string{true: string(desk.Yes), false: string(desk.No)}[place.read(&r)]
	}
	if r.Capacity != nil {
		fields["capacity"] = strconv.FormatInt(*r.Capacity, 10)
	}
	for field, value := range fields {
		if value == "" {
			delete(fields, field)
		}
	}
	return desk.Resource{ID: string(r.ID), Address: desk.Address(r.Name), Name: r.DisplayName, Status: string(r.Status), Notes: r.Notes, Fields: fields}
}

func resourceOf(on desk.Account) desk.Resource {
	if on.Detail == nil || on.Detail.Resource == nil {
		return desk.Resource{}
	}
	return *on.Detail.Resource
}

// lookResource reads the resource with that identifier, which never moves; if it is
// not there, what has its address.
func (o *Office) lookResource(ctx context.Context, a desk.Action, id string) (desk.Account, error) {
	r, err := o.resourceAt(ctx, desk.Address(a.Target))
	return r.Target(), err
}

// resourceAt reads the resource at the address. None is the zero Resource.
func (o *Office) resourceAt(ctx context.Context, a desk.Address) (desk.Resource, error) {
	client, err := o.Domains.For(partage.Address(a))
	if err != nil {
		return desk.Resource{}, fmt.Errorf("look at resource: %w", err)
	}
	r, err := client.GetResource(ctx, partage.Address(a))
	if partage.ClassOf(err) == partage.NotFound {
		return desk.Resource{}, nil
	}
	if err != nil {
		return desk.Resource{}, fmt.Errorf("look at resource: %w", err)
	}
	return resource(r), nil
}

var resourceSteps = map[desk.Verb]step{
	desk.ResourceMake:    {do: makesResource(partage.Secret{}), shows: resourceMade}, // with a hash: see draws
	desk.ResourceDrop:    {do: dropsResource, shows: resourceGone},
	desk.ResourceProfile: {do: writesResource, shows: resourceWritten},
	desk.ResourceWrite:   {do: writesResource, shows: resourceWritten},
}

// resourceChange is what the action sets, in Partage's terms.
func resourceChange(a desk.Action) (ch partage.ResourceChange, err error) {
	texts := map[string]**string{"name": &ch.DisplayName, "notes": &ch.Notes}
	for field, place := range resourceTexts {
		texts[field] = place.write(&ch)
	}
	for field, place := range texts {
		if value, set := a.ProfileArg(field); set {
			*place = &value
		}
	}
	for field, place := range resourceSwitches {
		if value := a.Arg(field); value != "" {
			*place.write(&ch) = new(value == string(desk.Yes))
		}
	}
	if value := a.Arg("status"); value != "" {
		ch.Status = new(partage.Status(value))
	}
	if value := a.Arg("type"); value != "" {
		ch.Type = new(map[string]partage.ResourceType{desk.Location: partage.Location, desk.Equipment: partage.Equipment}[value])
	}
	if value, set := a.ProfileArg("capacity"); set {
		n := partage.NoCapacity
		if value != "" {
			n, err = strconv.ParseInt(value, 10, 64)
		}
		ch.Capacity = &n
	}
	if value, set := a.ProfileArg("forward"); set {
		to := []partage.Address{}
		for one := range strings.SplitSeq(value, ",") {
			if one != "" {
				to = append(to, partage.Address(one))
			}
		}
		ch.ForwardInvitesTo = &to
	}
	return ch, err
}

func writesResource(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
	ch, err := resourceChange(a)
	if err != nil {
		return fmt.Errorf("%w: %w", desk.ErrRefused, err)
	}
	return w.ModifyResource(ctx, name(on), ch)
}

func resourceWritten(a desk.Action, on desk.Account) bool {
	r := resourceOf(on)
	has := map[string]string{"name": r.Name, "status": r.Status, "notes": r.Notes}
	for _, field := range desk.ResourceFields() {
		has[field] = r.Fields[field]
	}
	for field, now := range has {
		if value, set := a.ProfileArg(field); set && value != now {
			return false
		}
	}
	return r.Known() && a.Args != ""
}

// makesResource makes one that nobody signs in to: it has a password, which nobody
// knows, because Partage wants one.
func makesResource(hash partage.Secret) doing {
	return func(ctx context.Context, w *partage.Writer, _ desk.Account, a desk.Action) error {
		ch, err := resourceChange(a)
		if err == nil && (ch.DisplayName == nil || ch.Type == nil) {
			err = errors.New("a resource without a name or a type")
		}
		if err != nil {
			return fmt.Errorf("%w: %w", desk.ErrRefused, err)
		}
		n := partage.NewResource{DisplayName: *ch.DisplayName, Type: *ch.Type, PasswordHash: hash}
		ch.DisplayName, ch.Type, ch.ForwardInvitesTo = nil, nil, nil
		ch.Notes = new(marked(a.Arg("notes"), a.Arg("mark")))
		n.Others = ch
		return w.CreateResource(ctx, partage.Address(a.Target), n)
	}
}

func resourceMade(a desk.Action, on desk.Account) bool {
	r := resourceOf(on)
	return r.Known() && string(r.Address) == a.Target && bears(r.Notes, a.Arg("mark")) && r.Name == a.Arg("name") && r.Fields["type"] == a.Arg("type")
}

// dropsResource deletes a resource that the same request has made: no other, for
// its calendar would be lost.
func dropsResource(ctx context.Context, w *partage.Writer, on desk.Account, a desk.Action) error {
	if !bears(resourceOf(on).Notes, a.Arg("mark")) {
		return fmt.Errorf("%w: another resource has the address", desk.ErrRefused)
	}
	return w.DeleteResource(ctx, name(on))
}

func resourceGone(a desk.Action, on desk.Account) bool {
	return a.Arg("mark") != "" && !bears(resourceOf(on).Notes, a.Arg("mark"))
}

func resourceCreation(r desk.Request) (desk.Plan, error) {
	pairs := []string{"name", r.Action.Arg("name")}
	for _, field := range desk.ResourceFields() {
		pairs = append(pairs, field, r.Action.Arg(field))
	}
	b := &builder{}
	b.makesResource(r.ID, desk.Address(r.Action.Target), pairs...)
	return b.plan, b.err
}

func (b *builder) makesResource(id desk.ID, at desk.Address, pairs ...string) {
	mark := createdMark(id)
	b.step(desk.ResourceMake, at, desk.Made, append(pairs, "mark", mark)...)
	b.undo(desk.ResourceDrop, at, "mark", mark)
}

// resourceDeletion closes the resource and deletes nothing: its calendar stays where
// it is, and comes back with it.
func resourceDeletion(r desk.Request, before desk.Account) (desk.Plan, error) {
	b := &builder{}
	b.shelves(r.ID, resourceOf(before))
	return b.plan, b.err
}

func (b *builder) shelves(id desk.ID, r desk.Resource) {
	mark := desk.ShelfMark(id)
	if !r.Known() || !fits(r.Notes, mark) {
		b.fail("notes", nil)
	}
	b.writes(r, "status", desk.Closed, "notes", marked(r.Notes, mark))
}

// writes adds the step that writes a resource, and takes it back by what it has.
func (b *builder) writes(r desk.Resource, pairs ...string) {
	b.step(desk.ResourceWrite, r.Address, r.ID, pairs...)
	n := len(b.plan.Steps) - 1
	undo, ok := desk.Undo(b.plan.Steps[n].Do, r.Target())
	if b.plan.Steps[n].Undo = undo; !ok {
		b.fail(string(desk.ResourceWrite), nil)
	}
}

// resourceRename makes the resource at its new address, with all its settings, and
// closes the old one, which keeps the calendar: Partage renames none. Back again,
// the old one is opened, and has its calendar still.
func (o *Office) resourceRename(ctx context.Context, r desk.Request, before desk.Account) (desk.Plan, error) {
	was, to := resourceOf(before), desk.Address(r.Action.Arg("to"))
	there, err := o.resourceAt(ctx, to)
	switch {
	case err != nil:
		return desk.Plan{}, err
	case !was.Known() || was.Shelved():
		return desk.Plan{}, desk.Fail(desk.NotFound, desk.UnknownResource, "value", r.Action.Target)
	case there.Known() && !there.Shelved():
		return desk.Plan{}, desk.Fail(desk.Conflict, desk.AddressTaken, "address", string(to))
	}
	b := &builder{}
	if there.Known() {
		b.writes(there, append(settings(was, there), "status", was.Status, "notes", either(unmarked(there.Notes)))...)
	} else {
		b.makesResource(r.ID, to, append(settings(was, desk.Resource{}), "status", was.Status, "notes", unmarked(was.Notes))...)
		if forward := was.Fields["forward"]; forward != "" { // Partage passes over it when it is made
			b.step(desk.ResourceWrite, to, desk.Made, "forward", forward)
			b.undo(desk.ResourceWrite, to, "forward", desk.Nowhere)
		}
	}
	b.shelves(r.ID, was)
	return b.plan, b.err
}

func either(notes string) string {
	if notes == "" {
		return desk.Nowhere
	}
	return notes
}

// settings are those of a resource, as arguments, that another one has not; those
// that only the other has are cleared.
func settings(of, other desk.Resource) (pairs []string) {
	if of.Name != other.Name {
		pairs = append(pairs, "name", of.Name)
	}
	for _, field := range desk.ResourceFields() {
		switch value := of.Fields[field]; {
		case field == "forward" && !other.Known():
		case value == other.Fields[field]:
		case value == "":
			pairs = append(pairs, field, desk.Nowhere)
		default:
			pairs = append(pairs, field, value)
		}
	}
	return slices.Clip(pairs)
}
